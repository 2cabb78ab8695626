import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type HardforkName, hardforkNames } from '#protocol/chains/hardforks.ts'
import { toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import { testRollup } from '#test/fakes/test-rollup.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { blockRulesAt } from './block-rules.ts'
import { gasLimitOfHeader, upgradeGas } from './upgrade-gas.ts'
import { upgradesOf, upgradeTransactions } from './upgrade-transactions.ts'

interface Known {
  readonly intent: string
  readonly sourceHash: string
  readonly from: string
  readonly to: string | null
  readonly gas: number
  readonly mint?: string | number
  readonly data?: string
  readonly encoded?: string
  readonly encodedSha256?: string
  readonly txHash: string
}

type Bundle = {
  readonly transactions: readonly Readonly<Record<string, string | number>>[]
}

const alone = { hasInteropPeers: false }
const together = { hasInteropPeers: true }

function check(fork: HardforkName, known: readonly Known[], rules: typeof alone): void {
  const upgrades = upgradesOf(fork, rules)
  assert.equal(upgrades.length, known.length)
  for (const [at, want] of known.entries()) {
    const upgrade = upgrades[at]
    assert.ok(upgrade)
    const { intent, deposit } = upgrade
    const raw = encodeDeposit(deposit)
    assert.equal(intent, want.intent)
    assert.equal(deposit.sourceHash, want.sourceHash, intent)
    assert.equal(deposit.from, want.from, intent)
    assert.equal(deposit.to ?? null, want.to, intent)
    assert.equal(deposit.gas, BigInt(want.gas), intent)
    assert.equal(deposit.mint, BigInt(want.mint ?? 0), intent)
    assert.equal(toHex(keccak256(raw)), want.txHash, intent)
    if (want.data !== undefined) assert.equal(toHex(deposit.data), want.data, intent)
    if (want.encoded !== undefined) assert.equal(toHex(raw), want.encoded, intent)
    if (want.encodedSha256 !== undefined)
      assert.equal(`0x${createHash('sha256').update(raw).digest('hex')}`, want.encodedSha256)
  }
}

for (const fork of ['ecotone', 'fjord', 'isthmus', 'jovian', 'karst'] as const)
  // Rules: upgrade-transactions
  test(`the upgrade transactions of ${fork} equal the vectors`, () => {
    const known = readVectors(`upgrade_txs_${fork}.json`) as { transactions: readonly Known[] }
    check(fork, known.transactions, alone)
    check(fork, known.transactions, together)
  })

interface Lagoon {
  readonly activationGas: number
  readonly bundle: readonly Known[]
  readonly wrappers: { readonly before: Known; readonly after: Known }
  readonly gasLimit: { readonly cases: readonly GasCase[] }
}

const lagoon = readVectors('upgrade_txs_lagoon.json') as Lagoon

// Rules: lagoon-transactions
test('the upgrade transactions of lagoon equal the vectors, with two more for a chain with interop peers', () => {
  const { bundle, wrappers } = lagoon
  check('lagoon', bundle, alone)
  check('lagoon', [wrappers.before, ...bundle, wrappers.after], together)
})

// Rules: upgrade-transactions
test('Regolith, Canyon, Delta, Granite and Holocene have no upgrade transactions', () => {
  const without = hardforkNames.filter((name) => upgradeTransactions(name, together).length === 0)
  assert.deepEqual(without, ['regolith', 'canyon', 'delta', 'granite', 'holocene'])
})

for (const fork of ['karst', 'lagoon'] as const)
  // Rules: upgrade-transactions
  test(`the upgrade transactions of ${fork} equal its file of network upgrade transactions, ${fork}_nut_bundle.json`, () => {
    const { transactions } = readVectors(`${fork}_nut_bundle.json`) as Bundle
    for (const [at, { deposit, intent }] of upgradesOf(fork, alone).entries()) {
      const want = transactions[at]
      assert.ok(want && intent.endsWith(` ${at}: ${want['intent']}`))
      assert.equal(toHex(deposit.data), want['data'])
      assert.equal(deposit.gas, BigInt(want['gasLimit'] ?? 0))
      assert.equal(deposit.to, String(want['to']).toLowerCase())
      assert.equal(deposit.from, String(want['from']).toLowerCase())
    }
  })

const timesOf = (fork: 'karst' | 'lagoon') =>
  fork === 'karst' ? { karst: 100n } : { karst: 0n, lagoon: 100n }

interface GasCase {
  readonly parentIsKarstActivation?: boolean
  readonly parentIsLagoonActivation?: boolean
  readonly keep_karst_upgrade_gas: boolean
  readonly headerGasLimit: number
  readonly gasLimit?: number
}

const attributes = readVectors('attributes.json') as {
  karstGasLimit: { cases: readonly GasCase[] }
}

for (const [at, known] of [...attributes.karstGasLimit.cases, ...lagoon.gasLimit.cases].entries())
  // Rules: upgrade-gas
  test(`the gas limit read from a header excludes upgrade gas, except on a chain that keeps the upgrade gas of Karst: case ${at}`, () => {
    const isFirst = known.parentIsKarstActivation ?? known.parentIsLagoonActivation
    const fork = known.parentIsKarstActivation === undefined ? 'lagoon' : 'karst'
    const config = {
      ...testRollup,
      hardforkTimes: timesOf(fork),
      keepsKarstUpgradeGas: known.keep_karst_upgrade_gas,
    }
    const rules = blockRulesAt(config, isFirst ? 100n : 102n)
    const read = () => gasLimitOfHeader(config, rules, BigInt(known.headerGasLimit))
    if (known.gasLimit === undefined) assert.throws(read, { name: 'DecodeError' })
    else assert.equal(read(), BigInt(known.gasLimit))
  })

// Rules: upgrade-gas
test('the upgrade gas of a fork is the sum of the gas of its transactions', () => {
  for (const fork of ['karst', 'lagoon'] as const) {
    const rules = blockRulesAt({ ...testRollup, hardforkTimes: timesOf(fork) }, 100n)
    const gas = upgradesOf(fork, together).map(({ deposit }) => deposit.gas)
    assert.equal(
      gas.reduce((sum, each) => sum + each, 0n),
      upgradeGas(rules),
    )
  }
  assert.equal(BigInt(lagoon.activationGas), 60_653_172n)
})
