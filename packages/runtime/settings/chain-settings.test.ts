import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainSettings } from './chain-settings.ts'
import { readSettings } from './settings.ts'

test('an unknown network is reported with all other mistakes, and with similar names', () => {
  const args = ['--network=op-goerli', '--l1-chain-config=/nowhere']
  assert.throws(() => readSettings(chainSettings, { args, env: {} }), {
    message:
      /^2 settings are wrong:\n {2}--network is "op-goerli"\n {6}want .*; near it are op-mainnet, op-sepolia; also ATOLL_NETWORK\n {2}--l1-chain-config is/,
  })
})

test('without network and rollup config, and with both, the mistake is reported with all others', () => {
  const { filename: file } = import.meta
  const read = (...args: readonly string[]) => {
    const { settings } = readSettings(chainSettings, { args, env: {} })
    return settings
  }
  assert.throws(() => read('--l1-chain-confg=x'), {
    message:
      /^2 settings are wrong:\n {2}--l1-chain-confg is not known\n.*\n {2}--network or --rollup-config is missing\n {6}give --network or --rollup-config, one of the two$/,
  })
  assert.throws(() => read('--network=op-mainnet', `--rollup-config=${file}`), {
    message: /^one setting is wrong:\n {2}--network and --rollup-config are both given\n/,
  })
  assert.equal(read('--network=op-mainnet').network, 'op-mainnet')
  assert.equal(read(`--rollup-config=${file}`).rollupConfig, file)
})
