import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkNames } from '#protocol/chains/registry/networks.ts'
import { completions } from './completions.ts'
import { createProgram } from './program.ts'
import { programs } from './programs.ts'

const program = createProgram()

/** Candidates after a line, in which `|` marks the cursor. */
const after = (line: string) => completions(program, line.replace('|', '').split(' '))

test('commands and their subcommands are completed', () => {
  assert.deepEqual(after('bu|'), ['bus'])
  assert.deepEqual(after('bus |'), ['serve', 'provision', 'config', 'status', '--help'])
  assert.deepEqual(after('flashblocks |'), ['watch', '--help'])
  assert.deepEqual(after('flashblocks watch --l2|'), ['--l2-rpc'])
  assert.deepEqual(after('help k|'), ['keys'])
  assert.ok(!after('|').includes('complete'))
  assert.deepEqual(after('nothing |').includes('node'), true)
})

test('services are completed, and then their settings', () => {
  assert.deepEqual(after('service |'), [
    'da-watcher',
    'derivation',
    'engine',
    'gossip',
    'sequencer',
    'flashblock-p2p',
    'rpc',
    '--help',
  ])
  assert.deepEqual(after('service engine --engine-u|'), ['--engine-url'])
  assert.deepEqual(after('service derivation --engine-u|'), [])
  assert.deepEqual(after('service engine --instance a --sync-mode |'), ['cl', 'el'])
})

test('values are completed: networks, fixed words, and true or false', () => {
  assert.deepEqual(after('node --network |'), networkNames)
  assert.deepEqual(after('node --network op-|'), ['op-mainnet', 'op-sepolia'])
  assert.deepEqual(after('node --network=op-s|'), ['--network=op-sepolia'])
  assert.deepEqual(after('node --log-level |'), ['error', 'warn', 'info', 'debug'])
  assert.deepEqual(after('status --json=|'), ['--json=true', '--json=false'])
  assert.deepEqual(after('genesis --fork ec|'), ['ecotone'])
})

test('if bash splits `--network=op-s` at the `=`, only the value is completed', () => {
  assert.deepEqual(after('node --network = op-s|'), ['op-sepolia'])
  assert.deepEqual(after('node --network =|'), networkNames)
  assert.deepEqual(after('node --network = op-sepolia --sync-mode |'), ['cl', 'el'])
})

test('if no values are known, the shell completes files', () => {
  for (const line of ['node --rollup-config |', 'node --rollup-config=a|', 'keys create jwt |'])
    assert.deepEqual(after(line), [])
  assert.deepEqual(after('keys create jwt --|'), ['--help'])
  assert.deepEqual(after('keys create n|'), ['nkey'])
})

test('after a switch, which needs no value, flags are completed', () => {
  assert.ok(after('status --json |').includes('--watch'))
})

test('if no main name of a setting matches, names of op-node and negations are completed', () => {
  assert.ok(!after('node --|').some((flag) => flag.includes('.')))
  assert.deepEqual(after('node --l1.rpc-r|'), ['--l1.rpc-rate-limit'])
  assert.deepEqual(after('node --syncmode |'), ['consensus-layer', 'execution-layer'])
  assert.deepEqual(after('node --log.format=logfmtm|'), ['--log.format=logfmtms'])
  assert.deepEqual(after('bus serve --no-p|'), ['--no-provision'])
})

test('config completes the name of a program, and then its settings', () => {
  assert.ok(
    Object.keys(programs).every((name) => after('config |').includes(name.split(' ')[0] ?? '')),
  )
  assert.deepEqual(after('config service e|'), ['engine'])
  assert.deepEqual(after('config bus |').slice(0, 4), ['serve', 'provision', 'config', 'status'])
  assert.deepEqual(after('config bus serve --tls-c|'), ['--tls-cert-file'])
  assert.deepEqual(after('config node --network op-s|'), ['op-sepolia'])
  assert.deepEqual(after('config node --sy|'), ['--sync-mode'])
  assert.deepEqual(after('config node --sh|'), ['--show-secrets'])
})
