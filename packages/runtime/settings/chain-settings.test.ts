import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chainSettings, loadRollupConfig } from './chain-settings.ts'
import { l1ChainConfigWarnings } from './rollup-config-files.ts'
import { readSettings } from './settings.ts'

test('an unknown network is reported with all other mistakes, and with similar names', () => {
  const args = ['--network=op-goerli', '--l1-chain-config=/nowhere']
  assert.throws(() => readSettings(chainSettings, { args, env: {} }), {
    message:
      /^2 settings are wrong:\n {2}--network is "op-goerli"\n {6}want .*; similar names: op-mainnet, op-sepolia; it can also be set with ATOLL_NETWORK\n {2}--l1-chain-config is/,
  })
})

const folder = mkdtempSync(join(tmpdir(), 'atoll-chain-settings-'))
after(() => rmSync(folder, { recursive: true }))

test('the error for a wrong L1 chain config names the file and the problem', async () => {
  const record = 'test/vectors/records/all-forks-lagoon'
  const right = JSON.parse(readFileSync(`${record}/l1-chain-config.json`, 'utf8')) as object
  const l1ChainConfig = join(folder, 'l1.json')
  for (const [text, problem] of [
    ['{"chainId":', /l1\.json: it is not JSON: /],
    ['[]', /l1\.json: the L1 chain config is not an object/],
    [readFileSync(`${record}/rollup.json`, 'utf8'), /l1\.json: not a chain config of L1: /],
    ['{"chainId":900}', /blob schedule of L1 900 is not known: its chain config has no cancunTime/],
    [JSON.stringify({ ...right, chainId: 904 }), /900, but the L1 chain config has 904/],
  ] as const) {
    writeFileSync(l1ChainConfig, text)
    const files = { rollupConfig: `${record}/rollup.json`, dependencySet: `${record}/depset.json` }
    await assert.rejects(loadRollupConfig({ ...files, l1ChainConfig }), {
      code: 'invalid-file',
      message: problem,
    })
  }
})

test('if an L1 chain config has entries for forks without a time, a warning names the missing times', async () => {
  assert.deepEqual(await l1ChainConfigWarnings(undefined), [])
  const entry = { baseFeeUpdateFraction: 5 }
  const config = { chainId: 1, cancunTime: 1, blobSchedule: { cancun: entry, bpo4: entry } }
  writeFileSync(join(folder, 'times.json'), JSON.stringify(config))
  const [warning = ''] = await l1ChainConfigWarnings(join(folder, 'times.json'))
  assert.match(
    warning,
    /times\.json: blobSchedule has entries .* add bpo4Time, with null for a fork/,
  )
})

test('if both or neither of network and rollup config are given, this mistake is reported with all other mistakes', () => {
  const file = 'test/vectors/records/all-forks-lagoon/rollup.json'
  const read = (...args: readonly string[]) => {
    const { settings } = readSettings(chainSettings, { args, env: {} })
    return settings
  }
  assert.throws(() => read('--l1-chain-confg=x'), {
    message:
      /^2 settings are wrong:\n {2}--l1-chain-confg is not known\n.*\n {2}--network or --rollup-config is missing\n {6}give exactly one of --network and --rollup-config$/,
  })
  assert.throws(() => read('--network=op-mainnet', `--rollup-config=${file}`), {
    message: /^one setting is wrong:\n {2}--network and --rollup-config are both given\n/,
  })
  assert.equal(read('--network=op-mainnet').network, 'op-mainnet')
  assert.equal(read(`--rollup-config=${file}`).rollupConfig, file)
})
