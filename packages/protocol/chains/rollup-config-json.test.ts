import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { networkConfig, networkJson, networkNames } from './registry/networks.ts'
import { parseRollupConfig } from './parse-rollup-config.ts'
import { rollupConfigToJson } from './rollup-config-json.ts'

test('the config of each network is written as it was read, with the fields in the same order', () => {
  for (const name of networkNames) {
    const json = networkJson(name)
    if ('alt_da' in json) continue
    const config = networkConfig(name)
    assert.equal(JSON.stringify(rollupConfigToJson(config)), JSON.stringify(json), name)
  }
})

test('a config that is written and read again is the same, also with Lagoon', () => {
  const config = {
    ...networkConfig('op-mainnet'),
    hardforkTimes: { ...networkConfig('op-mainnet').hardforkTimes, lagoon: 1_900_000_000n },
  }
  const json = rollupConfigToJson(config)
  const keys = Object.keys(json)
  assert.equal(keys.indexOf('lagoon_time'), keys.indexOf('keep_karst_upgrade_gas') + 1)
  const { l1BlobSchedule } = config
  const again = parseRollupConfig(json, { dependencySet: [10n], l1BlobSchedule })
  assert.deepEqual(again, config)
})

test("op-mainnet's config is op-node's answer to optimism_rollupConfig", () => {
  const file = new URL('../../../test/vectors/rpc/answers.json', import.meta.url)
  const { answers } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly answers: Readonly<Record<string, string>>
  }
  const result = rollupConfigToJson(networkConfig('op-mainnet'))
  assert.equal(JSON.stringify({ jsonrpc: '2.0', id: 1, result }), answers['rollupConfig'])
})
