import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { configFlags } from './config-flags.ts'
import { runAtoll, runNode } from './run-atoll.ts'

const sample = fileURLToPath(new URL('./sample-service.ts', import.meta.url))

test('a service reports five mistakes in its settings in one message, and ends with 2', async () => {
  const args = ['--engine-url=ftp://x', '--log-level', 'loud', '--engine-timout-ms', '5']
  const env = { ATOLL_HEALTH_PORT: '70000' }
  const { code, out, err } = await runNode(sample, args, env)
  assert.deepEqual([code, out], [2, ''])
  assert.equal(
    err,
    [
      'engine: 5 settings are wrong:',
      '  --engine-timout-ms is not known',
      '      did you mean --engine-timeout-ms?',
      '  --chain-id is missing',
      '      want a chain id, such as 10 (chain id of the rollup); it can also be set with ATOLL_CHAIN_ID',
      '  --log-level is "loud"',
      '      want one of error, warn, info, debug (lowest level that is logged); it can also be set with ATOLL_LOG_LEVEL',
      '  ATOLL_HEALTH_PORT is "70000"',
      '      want a whole number from 0 to 65535 (port of /healthz; 0 takes any free port); it can also be set with --health-port',
      '  --engine-url is "ftp://x"',
      '      want a URL, such as http://127.0.0.1:8551 (Engine API); it can also be set with ATOLL_ENGINE_URL',
      'See --help for all settings.',
      '',
    ].join('\n'),
  )
})

test('an invalid name of a node is reported as a mistake in the settings', async () => {
  const args = ['--engine-url=http://x', '--chain-id=10', '--node', 'My Node']
  const { code, err } = await runNode(sample, args)
  assert.equal(code, 2)
  assert.match(err, /--node is "My Node"\n {6}want 1 to 32 of a-z, 0-9 and -/)
})

test('a data folder that can never be created is a mistake in the settings', async () => {
  const record = join(recordsFolder, 'fork-canyon')
  const bus = ['--chain-id=10', '--nats-urls=nats://127.0.0.1:1', '--data-dir=/proc/nope']
  const args = ['service', 'derivation', ...configFlags(record), ...bus]
  const { code, err } = await runAtoll(args)
  assert.equal(code, 2)
  assert.match(err, /--data-dir is "\/proc\/nope"\n {6}want a folder that can be created: ENOENT/)
})

test('the help of a service lists its own settings and the shared ones', async () => {
  const { code, out } = await runNode(sample, ['--help'])
  assert.equal(code, 0)
  assert.match(out, /^Usage: atoll service engine \[settings\]/)
  assert.match(out, /--engine-url[\s\S]*--instance/)
  assert.deepEqual(await runNode(sample, ['-h']), { code, out, err: '' })
})
