import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Command } from 'commander'
import * as z from 'zod'
import {
  chainId,
  listOf,
  onOff,
  oneOf,
  port,
  readableFile,
  secret as hidden,
  shownDefault,
  url,
  want,
  wholeNumber,
} from './setting-kinds.ts'
import { loadServiceConfig } from './chain-settings.ts'
import { describeSettings, readSettings, SettingsError, shownValue } from './settings.ts'
import { addSettings } from './settings-options.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-settings-'))
after(() => rmSync(folder, { recursive: true }))
const secret = join(folder, 'jwt')
writeFileSync(secret, 'x')

const schema = z.strictObject({
  l1RpcUrl: url(['http', 'https'], 'http://127.0.0.1:8545').describe('L1 JSON-RPC'),
  chainId: chainId().describe('chain id'),
  jwtSecretFile: readableFile('a secret').optional().describe('shared with the execution client'),
  engineTimeoutMs: wholeNumber(1, 60_000).default(5_000).describe('how long a call may take'),
  healthPort: port().default(0),
  verbose: onOff().default(false),
  mode: oneOf(['cl', 'el']).default('el'),
  endpoints: listOf(url(['http'], 'http://a')).default([]),
})

const needed = ['--l1-rpc-url', 'http://a', '--chain-id', '10']

const read = (args: readonly string[], env: Record<string, string> = {}) =>
  readSettings(schema, { args: [...needed, ...args], env }).settings

/** All mistakes that the error reports. */
function mistakes(args: readonly string[], env: Record<string, string> = {}): readonly string[] {
  try {
    readSettings(schema, { args, env })
  } catch (error) {
    assert.ok(error instanceof SettingsError)
    return error.mistakes.map(({ what }) => what)
  }
  return []
}

test('a flag overrides the environment, and the environment overrides the default', () => {
  assert.equal(read([]).engineTimeoutMs, 5_000)
  assert.equal(read([], { ATOLL_ENGINE_TIMEOUT_MS: '7' }).engineTimeoutMs, 7)
  const env = { ATOLL_ENGINE_TIMEOUT_MS: '7' }
  assert.equal(read(['--engine-timeout-ms', '8'], env).engineTimeoutMs, 8)
  const { origins } = readSettings(schema, { args: [...needed, '--verbose'], env })
  assert.equal(origins['verbose'], 'flag')
  assert.equal(origins['engineTimeoutMs'], 'environment')
  assert.equal(origins['mode'], 'default')
})

test('five mistakes are reported in one message, each with the expected value', () => {
  const args = [
    '--l1-rpc-url=ftp://x',
    '--engine-timeout-ms',
    '60001',
    '--mode=fast',
    '--engine-timeout',
    '5',
  ]
  assert.throws(() => readSettings(schema, { args, env: {} }), {
    name: 'SettingsError',
    message: [
      '5 settings are wrong:',
      '  --engine-timeout is not known',
      '      did you mean --engine-timeout-ms?',
      '  --l1-rpc-url is "ftp://x"',
      '      want a URL, such as http://127.0.0.1:8545 (L1 JSON-RPC); it can also be set with ATOLL_L1_RPC_URL',
      '  --chain-id is missing',
      '      want a chain id, such as 10 (chain id); it can also be set with ATOLL_CHAIN_ID',
      '  --engine-timeout-ms is "60001"',
      '      want a whole number from 1 to 60000 (how long a call may take); it can also be set with ATOLL_ENGINE_TIMEOUT_MS',
      '  --mode is "fast"',
      '      want one of cl, el; it can also be set with ATOLL_MODE',
    ].join('\n'),
  })
})

test('an unknown flag is one mistake, with or without a value', () => {
  assert.deepEqual(mistakes([...needed, '--colour', 'red', '--shape=round', '--loud']), [
    '--colour is not known',
    '--shape is not known',
    '--loud is not known',
  ])
  assert.deepEqual(mistakes([...needed, 'stray']), ['stray is not known'])
})

test('if a word after a switch is not a value of the switch, the word is a mistake', () => {
  assert.deepEqual(mistakes([...needed, '--no-verbose', 'true']), ['true is not known'])
  assert.deepEqual(mistakes([...needed, '--verbose', 'stray']), ['--verbose is "stray"'])
})

test('if a flag is given several times, the last value counts', () => {
  assert.equal(read(['--mode=cl', '--verbose', '--mode', 'el', '--no-verbose']).verbose, false)
  assert.equal(read(['--mode=cl', '--mode', 'el']).mode, 'el')
})

test('the name of a setting may be no- followed by the name of another setting', () => {
  const both = z.strictObject({ node: z.string().default('a'), noNode: onOff().default(false) })
  const { settings } = readSettings(both, { args: ['--node=b', '--no-node'], env: {} })
  assert.deepEqual(settings, { node: 'b', noNode: true })
})

test('if a flag has no value, this is a mistake', () => {
  assert.deepEqual(mistakes([...needed, '--mode']), ['--mode has no value'])
  assert.deepEqual(mistakes(['--l1-rpc-url', '--chain-id', '10']), ['--l1-rpc-url has no value'])
})

for (const [args, value] of [
  [['--verbose'], true],
  [['--verbose', 'true'], true],
  [['--verbose=false'], false],
  [['--no-verbose'], false],
] as const) {
  test(`${args.join(' ')} is ${value}`, () => assert.equal(read(args).verbose, value))
}

test('the environment variable of a switch must be true or false', () => {
  assert.equal(read([], { ATOLL_VERBOSE: 'true' }).verbose, true)
  assert.deepEqual(mistakes(needed, { ATOLL_VERBOSE: 'yes' }), ['ATOLL_VERBOSE is "yes"'])
})

test('a list is several values with commas between them', () => {
  assert.deepEqual(read(['--endpoints', 'http://a, http://b']).endpoints, ['http://a', 'http://b'])
  assert.deepEqual(mistakes([...needed, '--endpoints', 'http://a,b']), [
    'item 2 of --endpoints is not a URL',
  ])
})

for (const [value, isFine] of [
  ['0', true],
  ['65535', true],
  ['65536', false],
  ['-1', false],
  ['1.5', false],
  ['1e3', false],
  ['', false],
  ['0x10', false],
] as const) {
  test(`a port may ${isFine ? '' : 'not '}be ${JSON.stringify(value)}`, () => {
    const found = mistakes([...needed, `--health-port=${value}`])
    assert.equal(found.length, isFine ? 0 : 1)
  })
}

test('a chain id above 2^53 keeps all digits', () => {
  const args = ['--l1-rpc-url=http://a', '--chain-id=18446744073709551617']
  const { settings } = readSettings(schema, { args, env: {} })
  assert.equal(settings.chainId, 18_446_744_073_709_551_617n)
})

test('the setting of a file names an existing, readable file', () => {
  assert.equal(read(['--jwt-secret-file', secret]).jwtSecretFile, secret)
  for (const path of [join(folder, 'missing'), folder]) {
    const found = mistakes([...needed, '--jwt-secret-file', path])
    assert.deepEqual(found, [`--jwt-secret-file is ${JSON.stringify(path)}`])
  }
  if (process.getuid?.() === 0) return
  chmodSync(secret, 0)
  assert.equal(mistakes([...needed, '--jwt-secret-file', secret]).length, 1)
})

test('help shows the description, expected value, default and variable of each setting', () => {
  const command = addSettings(new Command('atoll service x'), describeSettings(schema))
  const help = command.helpInformation()
  assert.match(help, /^Usage: atoll service x \[settings\]/)
  assert.match(help, /Required:\n {2}--l1-rpc-url <value> +L1 JSON-RPC\n +a URL, such as/)
  assert.match(help, /Optional:\n[^]* {2}--\[no-\]verbose +true or false; default false/)
  assert.match(
    help.replaceAll(/\s+/g, ' '),
    /whole number from 1 to 60000; default 5000; ATOLL_ENGINE_TIMEOUT_MS/,
  )
  assert.ok(help.split('\n').every((line) => line.length <= 80))
})

test('a default that depends on the machine is shown in words', () => {
  const kind = shownDefault(
    z.string().default(tmpdir()).describe('where'),
    'a folder of the system',
  )
  const [setting] = describeSettings(z.strictObject({ place: kind }))
  assert.equal(setting?.defaultText, 'a folder of the system')
})

test('the rollup config of a service must belong to its chain id', async () => {
  const config = await loadServiceConfig({ network: 'op-mainnet', chainId: 10n })
  assert.equal(config.l2ChainId, 10n)
  const message = /--chain-id is 11, .* of chain 10/
  await assert.rejects(loadServiceConfig({ network: 'op-mainnet', chainId: 11n }), { message })
})

test('a mistake names the wrong item of a list, and no key of a URL', () => {
  const given = '--endpoints=http://a/v3/0123456789abcdef,htp://u:hunter2@b/k?key=fedcba98,http://c'
  const [mistake = ''] = mistakes([...needed, given])
  assert.match(mistake, /^item 2 of --endpoints is "htp:\/\/b\/…"/)
  assert.doesNotMatch(mistake, /hunter2|fedcba98|0123456789abcdef/)
})

test('a mistake in a secret setting does not show its value', () => {
  const withSecret = z.strictObject({
    apiKey: hidden(want(z.string().regex(/^k-/).optional(), 'a key')).describe('key of a provider'),
  })
  assert.throws(
    () => readSettings(withSecret, { args: ['--api-key=hunter2'], env: {} }),
    (error: Error) => {
      assert.match(error.message, /--api-key is malformed/)
      assert.doesNotMatch(error.message, /hunter2/)
      return true
    },
  )
})

test('the value of a setting is shown without the keys of URLs, and otherwise unchanged', () => {
  const [one, list, other] = [
    'a URL, such as x',
    'a URL, such as x; several with commas',
    'a folder',
  ]
  const texts: readonly (readonly [want: string, text: string, expected: string])[] = [
    [one, 'https://a.example', 'https://a.example'],
    [one, 'https://a.example/', 'https://a.example/'],
    [one, 'https://a.example/key', 'https://a.example/…'],
    [one, 'https://u:p@a.example', 'https://a.example'],
    [one, 'https://a.example?key=a,b', 'https://a.example/…'],
    [one, 'localhost:8545/key', 'localhost:…'],
    [one, 'localhost:8545', 'localhost:8545'],
    [one, 'http://user:password@a b', '…'],
    [list, 'wss://u:p@a.example:8546?token=x', 'wss://a.example:8546/…'],
    [list, 'http://a/k,http://b?c', 'http://a/…,http://b/…'],
    [list, 'nats://a:4222', 'nats://a:4222'],
    [other, '/srv/a:b@c', '/srv/a:b@c'],
  ]
  for (const [want, text, expected] of texts)
    assert.equal(shownValue({ want, isSecret: false }, text), expected)
  assert.equal(shownValue({ want: other, isSecret: true }, 'x'), '(secret)')
})

test('if a URL is given outside of a setting, its keys are not shown', () => {
  const found = mistakes([...needed, 'http://a/key'])
  assert.deepEqual(found, ['http://a/… is not known'])
})
