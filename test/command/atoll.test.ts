import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fullVersion } from '#runtime/version.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { runAtoll } from './run-atoll.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-command-'))
after(() => rmSync(folder, { recursive: true }))

test('the help lists the commands, and the help of each command lists its settings', async () => {
  const help = await runAtoll(['--help'])
  assert.equal(help.code, 0)
  for (const command of ['bus', 'keys', 'config', 'completion'])
    assert.match(help.out, new RegExp(`^ {2}${command} `, 'm'))
  assert.doesNotMatch(help.out, /complete /)
  const bus = await runAtoll(['bus', '--help'])
  for (const command of ['serve', 'provision', 'status'])
    assert.match(bus.out, new RegExp(`^ {2}${command} `, 'm'))
  const serve = await runAtoll(['bus', 'serve', '--help'])
  assert.match(serve.out, /Required:\n {2}--chain-id <value> /)
  assert.match(serve.out, /default 4222;\s+ATOLL_PORT/)
})

test('atoll version prints the version of the package, with the commit', async () => {
  const expected = { code: 0, out: `${fullVersion()}\n`, err: '' }
  assert.deepEqual(await runAtoll(['--version']), expected)
  assert.deepEqual(await runAtoll(['version']), expected)
})

for (const [name, args, message] of [
  ['an unknown command', ['buss'], /unknown command 'buss'\n\(Did you mean bus\?\)/],
  ['an unknown kind of key', ['keys', 'create', 'rsa', 'x'], /Allowed choices are nkey/],
  ['a missing argument', ['keys', 'show', 'nkey'], /missing required argument 'file'/],
  ['wrong settings', ['bus', 'serve', '--port', 'x'], /2 settings are wrong/],
] as const) {
  test(`${name} is reported, with exit code 2`, async () => {
    const { code, out, err } = await runAtoll(args)
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, message)
  })
}

test('keys of every kind are made, shown, and never overwritten', async () => {
  for (const [kind, shown] of [
    ['nkey', /^public key: U[A-Z2-7]{55}\n$/],
    ['libp2p', /^peer id: 16Uiu2HA[1-9A-Za-z]+\n$/],
    ['secp256k1', /^address: 0x[0-9a-fA-F]{40}\npublic key: 0x04[0-9a-f]{128}\n$/],
    ['jwt', /^sha256: [0-9a-f]{64}\n$/],
  ] as const) {
    const file = join(folder, kind)
    const created = await runAtoll(['keys', 'create', kind, file])
    assert.equal(created.code, 0, created.err)
    assert.match(created.out, shown)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.ok(!created.out.includes(readFileSync(file, 'utf8').trim()), 'the secret is shown')
    assert.deepEqual(await runAtoll(['keys', 'show', kind, file]), created)
    const again = await runAtoll(['keys', 'create', kind, file])
    assert.deepEqual([again.code, again.out], [1, ''])
    assert.match(again.err, /^atoll: file-exists: /)
  }
})

test('a well-known key has its well-known address', async () => {
  const file = join(folder, 'well-known')
  // The key of the first account of the mnemonic that development chains use.
  writeFileSync(file, '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80\n')
  const account = await runAtoll(['keys', 'show', 'secp256k1', file])
  assert.match(account.out, /^address: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266$/m)
})

test('a key file that is missing or malformed is an error without a stack trace', async () => {
  for (const [kind, file] of [
    ['jwt', join(folder, 'missing')],
    ['nkey', 'package.json'],
    ['secp256k1', 'package.json'],
  ] as const) {
    const { code, err } = await runAtoll(['keys', 'show', kind, file])
    assert.equal(code, 2)
    assert.match(err, /^atoll: bad-key: .*\n.*\n$/)
  }
})

test('one command creates the keys of all bus users', async () => {
  const { out } = await runAtoll(['keys', 'create-bus', join(folder, 'bus')])
  assert.match(out, /^user +public key\nda-watcher +U/)
})

test('config prints each setting with its source', async () => {
  const env = { ATOLL_NODE: 'b', ATOLL_LOG_LVL: 'debug' }
  const { out } = await runAtoll(['config', 'service', '--chain-id', '10'], env)
  assert.match(out, /^--chain-id +10 +flag$/m)
  assert.match(out, /^--node +b +environment$/m)
  assert.match(out, /^--log-level +info +default$/m)
  assert.match(out, /No program reads these variables; check their spelling: ATOLL_LOG_LVL/)
})

test('config prints JSON, and refuses settings that the program would refuse', async () => {
  const { out } = await runAtoll(['config', 'bus', 'provision', '--json', '--chain-id', '10'])
  const { settings } = JSON.parse(out) as { settings: Record<string, unknown> }
  assert.deepEqual(settings['chain-id'], { value: '10', origin: 'flag' })
  const wrong = await runAtoll(['config', 'service', '--chain-id', 'ten'])
  assert.equal(wrong.code, 2)
})

test('config hides secrets, and keys in URLs, unless --show-secrets is given; it accepts the flags of op-node', async () => {
  const args = [
    'config',
    'node',
    '--network=op-sepolia',
    '--l1=https://user:hunter2@l1.example/v3/0123456789abcdef',
    '--l1.beacon-header=X-Api-Key: fedcba9876543210',
    `--l2.jwt-secret=test/fakes/jwt.hex`,
  ]
  const { out, code } = await runAtoll(args)
  assert.equal(code, 0)
  assert.match(out, /^--l1-rpc-urls +https:\/\/l1\.example\/… +flag --l1$/m)
  assert.match(out, /^--l1-beacon-header +\(secret\) +flag --l1\.beacon-header$/m)
  for (const secret of ['hunter2', '0123456789abcdef', 'fedcba9876543210'])
    assert.ok(!out.includes(secret), out)
  assert.match(out, /^ +regolith +active since the genesis$/m)
  const shown = await runAtoll([...args, '--show-secrets'])
  assert.match(shown.out, /user:hunter2@l1\.example\/v3\/0123456789abcdef/)
})

test('config shows the values that depend on the rollup config, as the node would use them', async () => {
  const args = [
    'config',
    'node',
    '--json',
    '--l1=http://l1.example',
    '--l2.jwt-secret=test/fakes/jwt.hex',
  ]
  const { out } = await runAtoll([...args, '--network=op-sepolia'], {
    HOME: folder,
    OP_NODE_L1_HTTP_POLL_INTERVAL: '4s',
    OP_NODE_L1_TRUST_RPC: 'true',
  })
  const { settings, passedOver, forks } = JSON.parse(out) as Record<string, Record<string, unknown>>
  assert.deepEqual(forks?.[0], { fork: 'regolith', startsAt: 0 })
  assert.deepEqual(
    ['chain-id', 'data-dir', 'l1-poll-ms', 'l1-rpc-urls'].map((name) => settings?.[name]),
    [
      { value: '11155420', origin: 'default' },
      { value: join(folder, '.atoll', '11155420'), origin: 'default' },
      { value: '4000', origin: 'environment', name: 'OP_NODE_L1_HTTP_POLL_INTERVAL' },
      { value: 'http://l1.example', origin: 'flag', name: '--l1' },
    ],
  )
  assert.match(JSON.stringify(passedOver), /OP_NODE_L1_TRUST_RPC is a setting of op-node/)
  const text = await runAtoll(['config', 'status', '--chain-id=10'])
  assert.match(text.out, /^--data-dir +~\/\.atoll +default$/m)
  const { code, err } = await runAtoll(args)
  assert.equal(code, 2)
  assert.match(err, /give exactly one of --network and --rollup-config/)
})

test('settings of a sequencer that contradict each other are reported before anything starts', async () => {
  const given = ['--network=op-sepolia', '--l1=http://l1.example', '--sequencer-enabled']
  const secret = '--jwt-secret-file=test/fakes/jwt.hex'
  const dataDir = join(folder, 'contradiction')
  const wrong = [...given, secret, `--data-dir=${dataDir}`, '--signer-url=https://signer']
  for (const command of [['config', 'node'], ['node']]) {
    const { code, err } = await runAtoll([...command, ...wrong])
    assert.equal(code, 2)
    assert.match(err, /--signer-url needs --signer-address/)
  }
  assert.ok(!existsSync(dataDir))
})

const completed = (shell: string, lines: readonly string[]) => {
  const atoll = `atoll() { "${process.execPath}" packages/cli/atoll.js "$@"; }`
  return execFileSync(shell, ['-c', [atoll, ...lines].join('\n')], { encoding: 'utf8' }).trim()
}

test('the completion script for bash completes commands in a shell', () => {
  const lines = ['bus s', 'node --network = op-s', 'node --jwt-secret-file pack']
  const found = completed('bash', [
    'complete() { :; }',
    'eval "$(atoll completion bash)"',
    ...lines.flatMap((line) => [
      `COMP_WORDS=(atoll ${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _atoll`,
      'echo "${COMPREPLY[*]}"',
    ]),
  ])
  assert.equal(found, 'serve status\nop-sepolia')
})

for (const shell of ['zsh', 'fish'])
  test(
    `the completion script for ${shell} is valid, and completes commands`,
    { skip: !hasShell(shell) && `there is no ${shell}` },
    async () => {
      const { out } = await runAtoll(['completion', shell])
      const file = join(folder, `completion.${shell}`)
      writeFileSync(file, out)
      execFileSync(shell, ['-n', file])
      if (shell === 'zsh') return
      const bin = join(folder, 'bin')
      mkdirSync(bin)
      symlinkSync(join(process.cwd(), 'packages/cli/atoll.js'), join(bin, 'atoll'))
      const path = [bin, process.env['PATH']].join(':')
      const script = `source ${file}; complete --do-complete 'atoll bus s'`
      const found = execFileSync(shell, ['-c', script], {
        encoding: 'utf8',
        env: { ...process.env, PATH: path },
      })
      assert.deepEqual(found.trim().split('\n'), ['serve', 'status'])
    },
  )

function hasShell(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0
}

test('a missing server program is reported before anything is written', async () => {
  const dataDir = join(folder, 'unused')
  const args = ['bus', 'serve', '--chain-id', '10', '--data-dir', dataDir, '--nats-server', '/nope']
  const { code, err } = await runAtoll(args)
  assert.equal(code, 2)
  assert.match(err, /^atoll: nats-server-missing: \/nope cannot be run: .*no such file\n/)
  assert.throws(() => statSync(dataDir))
})

test('if no bus shows whether an engine runs, a rewind needs --no-node', async () => {
  const nowhere = join(folder, 'no-node')
  const jwt = join(folder, 'rewind.jwt')
  await runAtoll(['keys', 'create', 'jwt', jwt])
  const args = ['rewind', '--network=op-sepolia', '--engine-url=http://127.0.0.1:1', '--to=1']
  const rewind = (...more: readonly string[]) =>
    runAtoll([...args, `--jwt-secret-file=${jwt}`, `--data-dir=${nowhere}`, ...more])
  const { code, err } = await rewind()
  assert.equal(code, 2)
  assert.match(err, /no node keeps its bus in .*no-node: set --data-dir, or pass --no-node/)
  const { code: failed, err: unreachable } = await rewind('--no-node')
  assert.equal(failed, 1)
  assert.match(unreachable, /127\.0\.0\.1:1/)
})

test('a chain id that does not match the rollup config is reported before anything is written', async () => {
  const dataDir = join(folder, 'mistaken')
  const chain = ['--network=op-sepolia', '--chain-id=905', '--l1-rpc-urls=http://127.0.0.1:1']
  const engine = ['--engine-url=http://127.0.0.1:1', '--jwt-secret-file=test/fakes/jwt.hex']
  const args = ['node', ...chain, ...engine, `--data-dir=${dataDir}`]
  const { code, err } = await runAtoll(args)
  assert.equal(code, 2)
  assert.match(
    err,
    /^atoll: settings: --chain-id is 905, but the rollup config is of chain 11155420\nsee --help .*\n$/,
  )
  assert.throws(() => statSync(dataDir))
})

test('a data folder that cannot be created is reported as a wrong setting', async () => {
  const file = join(folder, 'a-file')
  writeFileSync(file, '')
  const endpoints = ['--l1-rpc-urls=http://127.0.0.1:1', '--engine-url=http://127.0.0.1:1']
  const jwt = '--jwt-secret-file=test/fakes/jwt.hex'
  const args = ['node', '--network=op-sepolia', ...endpoints, jwt]
  for (const dataDir of [file, join(file, 'below')])
    for (const command of [args, ['devnet', '--in-memory']]) {
      const { code, err } = await runAtoll([...command, `--data-dir=${dataDir}`])
      assert.deepEqual(
        [code, err.includes(`--data-dir is ${dataDir}, which cannot be created`)],
        [2, true],
      )
    }
})

test('if a devnet times out, its error names the heads that --until requests, and no other head', async () => {
  const record = join(recordsFolder, 'all-forks-lagoon')
  const until = ['--timeout-seconds=1', '--until=safe=100']
  const args = ['devnet', `--record=${record}`, '--in-memory', '--speed=1', ...until]
  const { code, err } = await runAtoll(args)
  assert.equal(code, 1)
  assert.match(err, /devnet: safe 100 was not reached in 1 s/)
})
