import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { encodeExtraData } from '#protocol/block/extra-data.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { type HardforkName, hardforkNames, type HardforkTimes } from '#protocol/chains/hardforks.ts'
import { type Hex, toBytes8, toHash, toHex } from '#protocol/codec/hex.ts'
import { upgradesOf } from '#protocol/derivation/upgrade-transactions.ts'
import type { Upgrade } from '#protocol/derivation/upgrades/unpack-upgrades.ts'
import type { Address } from '#protocol/primitives.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import { Fault } from '#runtime/fault.ts'
import { toData, toQuantity, toWord } from '#json-rpc/forms/fields.ts'
import { MemoryStore } from '#execution-client/state/memory-store.ts'
import { WorldState } from '#execution-client/state/world-state.ts'
import {
  create2DeployerAddress,
  create2DeployerCode,
} from '#execution-client/transition/create2-deployer.ts'
import { executeBlock, type ExecutedBlock } from '#execution-client/transition/execute-block.ts'
import { Interpreters } from '#execution-client/transition/interpreter.ts'
import { beaconRootsAddress, historyAddress } from '#execution-client/transition/system-calls.ts'
import { makeGenesisBlock, parseGenesis } from './genesis.ts'

/** Options of a new chain. */
export interface NewChain {
  readonly chainId: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
  /** Activation times of forks; forks up to the genesis time are active from the first block. */
  readonly hardforkTimes: HardforkTimes
  readonly gasLimit: bigint
  /** Balances in wei, by account. */
  readonly balances: ReadonlyMap<Address, bigint>
}

/** A genesis in geth's form. */
export type GenesisJson = Readonly<Record<string, unknown>>

type Alloc = Record<string, Record<string, unknown>>

const feeVault = '0x4200000000000000000000000000000000000011' as Address
const eip1559 = { elasticity: 6, denominator: 50, denominatorCanyon: 250 }

/** Gas limit of the temporary blocks with the upgrade transactions. */
const upgradeGas = 200_000_000n

/** Seconds between two temporary blocks. */
const scratchSeconds = 2n

/**
 * Makes the genesis of a new chain. It has the predeploys of OP Sepolia, changed by the upgrade transactions of the
 * forks that are active at genesis, and funded accounts.
 *
 * @throws Fault `upgrade-failed` if an upgrade transaction fails
 */
export async function makeGenesis(chain: NewChain): Promise<GenesisJson> {
  const alloc: Alloc = { ...((await readData('alloc.json.gz')) as Alloc) }
  const atGenesis = hardforkNames.filter((name) => isAtGenesis(chain, name))
  if (atGenesis.includes('canyon'))
    alloc[create2DeployerAddress] = { balance: '0x0', code: toHex(create2DeployerCode) }
  const upgraded = await upgradeAccounts(chain, alloc, atGenesis)
  for (const [address, account] of upgraded) setAccount(alloc, address, account)
  for (const [address, balance] of chain.balances)
    setAccount(alloc, address, { ...accountOf(alloc, address), balance: toQuantity(balance) })
  return {
    config: configJson(chain),
    nonce: '0x0',
    timestamp: toQuantity(chain.timestamp),
    extraData: toHex(extraData(atGenesis)),
    gasLimit: toQuantity(chain.gasLimit),
    difficulty: '0x0',
    mixHash: toHash(new Uint8Array(32)),
    coinbase: feeVault,
    number: '0x0',
    gasUsed: '0x0',
    parentHash: toHash(new Uint8Array(32)),
    baseFeePerGas: '0x3b9aca00',
    ...(atGenesis.includes('ecotone') && { excessBlobGas: '0x0', blobGasUsed: '0x0' }),
    alloc,
  }
}

function isAtGenesis({ hardforkTimes, timestamp }: NewChain, name: HardforkName): boolean {
  const later = hardforkNames.slice(hardforkNames.indexOf(name))
  return later.some((fork) => (hardforkTimes[fork] ?? timestamp + 1n) <= timestamp)
}

/** The accounts that the upgrade transactions change, with their final content. */
async function upgradeAccounts(
  { chainId }: NewChain,
  alloc: Alloc,
  forks: readonly HardforkName[],
): Promise<ReadonlyMap<Address, Record<string, unknown>>> {
  const hardforkTimes: Partial<Record<HardforkName, bigint>> = {}
  for (const [at, name] of forks.entries()) hardforkTimes[name] = BigInt(at + 1) * scratchSeconds
  const genesis = parseGenesis({
    config: configJson({ chainId, hardforkTimes }),
    timestamp: '0x0',
    gasLimit: toQuantity(upgradeGas),
    alloc,
  })
  const source = new MemoryStore()
  const { config } = genesis
  const interpreters = new Interpreters(config)
  let parent: ExecutedBlock = makeGenesisBlock(genesis, source)
  source.put(parent.changes)
  const executor = { config, interpreters, source, ancestorHash: () => parent.hash }
  const touched = new Map<Address, Set<Hex>>()
  for (const [at, name] of forks.entries()) {
    // A genesis has no dependency set, so the transactions for chains with interop peers are not applied.
    const transactions = upgradesOf(name, { hasInteropPeers: false })
    const attributes = scratchAttributes(forks.slice(0, at + 1), transactions)
    parent = await executeBlock(executor, parent, attributes)
    source.put(parent.changes)
    checkSuccess(parent, name, transactions)
    for (const [address, slots] of parent.changes.touched) {
      const all = touched.get(address) ?? new Set<Hex>()
      // Data written by system calls belongs to the temporary blocks, and is removed.
      if (address !== beaconRootsAddress && address !== historyAddress)
        for (const slot of slots) all.add(slot)
      touched.set(address, all)
    }
  }
  const state = new WorldState(source, parent.trie)
  return new Map(
    [...touched].map(([address, slots]) => [
      address,
      dump(state, address, { slots, before: accountOf(alloc, address) }),
    ]),
  )
}

function scratchAttributes(
  forks: readonly HardforkName[],
  upgrades: readonly Upgrade[],
): PayloadAttributes {
  const zero = toHash(new Uint8Array(32))
  return {
    timestamp: BigInt(forks.length) * scratchSeconds,
    prevRandao: zero,
    suggestedFeeRecipient: feeVault,
    withdrawals: undefined,
    parentBeaconBlockRoot: forks.includes('ecotone') ? zero : undefined,
    transactions: upgrades.map(({ deposit }) => encodeDeposit(deposit)),
    noTxPool: true,
    gasLimit: upgradeGas,
    eip1559Params: forks.includes('holocene') ? toBytes8(new Uint8Array(8)) : undefined,
    minBaseFee: forks.includes('jovian') ? 0n : undefined,
  }
}

function checkSuccess(
  { transactions }: ExecutedBlock,
  name: HardforkName,
  upgrades: readonly Upgrade[],
): void {
  const failed = transactions.findIndex(({ receipt }) => !receipt.isSuccess)
  if (failed < 0) return
  const detail = `${name}: ${upgrades[failed]?.intent ?? ''} fails`
  throw new Fault('upgrade-failed', { detail })
}

function dump(
  state: WorldState,
  address: Address,
  { slots, before }: { readonly slots: ReadonlySet<Hex>; readonly before: Record<string, unknown> },
): Record<string, unknown> {
  const account = state.account(address)
  const storage: Record<string, string> = { ...(before['storage'] as Record<string, string>) }
  for (const slot of slots) {
    const value = state.slot(address, slot)
    if (value.length === 0) delete storage[slot]
    else storage[slot] = toWord(value)
  }
  const code = state.code(address)
  return {
    balance: toQuantity(account?.balance ?? 0n),
    ...((account?.nonce ?? 0n) > 0n && { nonce: toQuantity(account?.nonce ?? 0n) }),
    ...(code.length > 0 && { code: toData(code) }),
    ...(Object.keys(storage).length > 0 && { storage }),
  }
}

function configJson({
  chainId,
  hardforkTimes,
}: Pick<NewChain, 'chainId' | 'hardforkTimes'>): Record<string, unknown> {
  const blocks = [
    'homestead',
    'eip150',
    'eip155',
    'eip158',
    'byzantium',
    'constantinople',
    'petersburg',
    'istanbul',
    'muirGlacier',
    'berlin',
    'london',
    'arrowGlacier',
    'grayGlacier',
    'mergeNetsplit',
    'bedrock',
  ]
  const times: Record<string, number> = {}
  let later: bigint | undefined
  // An active hardfork implies all earlier hardforks, but op-geth requires each of them in the config.
  for (const name of hardforkNames.toReversed()) {
    later = hardforkTimes[name] ?? later
    if (later !== undefined) times[`${name}Time`] = Number(later)
  }
  const { canyonTime, ecotoneTime, isthmusTime } = times
  return {
    chainId: Number(chainId),
    ...Object.fromEntries(blocks.map((name) => [`${name}Block`, 0])),
    ...(canyonTime !== undefined && { shanghaiTime: canyonTime }),
    ...(ecotoneTime !== undefined && { cancunTime: ecotoneTime }),
    ...(isthmusTime !== undefined && { pragueTime: isthmusTime }),
    ...times,
    terminalTotalDifficulty: 0,
    terminalTotalDifficultyPassed: true,
    optimism: {
      eip1559Elasticity: eip1559.elasticity,
      eip1559Denominator: eip1559.denominator,
      eip1559DenominatorCanyon: eip1559.denominatorCanyon,
    },
  }
}

/** The extra data of the genesis header. Spec: protocol/holocene/exec-engine.md, protocol/jovian/exec-engine.md */
function extraData(forks: readonly HardforkName[]): Uint8Array {
  if (!forks.includes('holocene')) return new Uint8Array(0)
  return encodeExtraData({
    denominator: BigInt(eip1559.denominatorCanyon),
    elasticity: BigInt(eip1559.elasticity),
    minBaseFee: forks.includes('jovian') ? 0n : undefined,
  })
}

function accountOf(alloc: Alloc, address: Address): Record<string, unknown> {
  return alloc[address] ?? alloc[address.slice(2)] ?? { balance: '0x0' }
}

function setAccount(alloc: Alloc, address: Address, account: Record<string, unknown>): void {
  delete alloc[address.slice(2)]
  alloc[address] = account
}

async function readData(name: string): Promise<unknown> {
  const packed = await readFile(new URL(`./data/${name}`, import.meta.url))
  return JSON.parse(gunzipSync(packed).toString('utf8')) as unknown
}
