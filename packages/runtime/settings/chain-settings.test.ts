import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainSettings } from './chain-settings.ts'
import { readSettings } from './settings.ts'

test('an unknown network is reported with all other mistakes, and with similar names', () => {
  const args = ['--network=op-goerli', '--rollup-config=/nowhere']
  assert.throws(() => readSettings(chainSettings, { args, env: {} }), {
    message:
      /^2 settings are wrong:\n {2}--network is "op-goerli"\n {6}want .*; near it are op-mainnet, op-sepolia; also ATOLL_NETWORK\n {2}--rollup-config is/,
  })
})
