import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isSystemError } from '#runtime/fault.ts'
import { configFlags } from '#test/command/config-flags.ts'
import { type StoppedProgram, stopThroughout } from '#test/command/stop-at.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { until } from './conformance/raw-client.ts'
import { requireNatsServer } from './servers.ts'

// Stops each program that has a NATS server, during its start and when it is up. test/command stops the other programs.

const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))
const found = await requireNatsServer()
const server = found.kind === 'program' ? [`--nats-server=${found.path}`] : []
const folder = mkdtempSync(join(tmpdir(), 'atoll-signals-'))
after(() => rmSync(folder, { recursive: true }))
const jwtSecretFile = join(folder, 'jwt.hex')
writeFileSync(jwtSecretFile, '11'.repeat(32))

const urls = ['--l1-rpc-urls=http://127.0.0.1:1', '--engine-url=http://127.0.0.1:1']
const engine = [...urls, `--jwt-secret-file=${jwtSecretFile}`]
const record = join(recordsFolder, 'all-forks-lagoon')
const chain = configFlags(record)
const onRecord = [`--record=${record}`]

/** First ports of devnets; each run has its own, since runs are parallel. */
let portBase = 15600

const programs: readonly (StoppedProgram & { readonly early: number })[] = [
  {
    name: 'bus serve',
    early: 600,
    args: (data) => ['bus', 'serve', '--chain-id=10', '--port=0', `--data-dir=${data}`, ...server],
    isUp: (output) => output.includes('SAFE_AT created'),
  },
  {
    name: 'node',
    early: 900,
    args: (data) => {
      const gossip = ['--p2p-listen-ip=127.0.0.1', '--p2p-listen-tcp=0', '--no-p2p-discovery']
      const own = [
        '--rpc-port=0',
        '--metrics-port=0',
        '--log-format=json',
        `--data-dir=${data}`,
        ...server,
      ]
      return ['node', ...chain, ...engine, ...gossip, ...own]
    },
    isUp: (output) =>
      output.includes('address for peers') && /(?:"msg":"running"[^]*){5}/u.test(output),
  },
  {
    name: 'devnet with an L1',
    early: 4_000,
    args: () => ['devnet', '--json', `--port-base=${(portBase += 50)}`, ...server],
    isUp: (output) => output.includes('node-2: execution client'),
    upMs: 2_000,
  },
  {
    name: 'devnet',
    early: 1_500,
    args: () => ['devnet', ...onRecord, '--json', ...server],
    // After this line, the services are started, and the setup of KZG begins. This setup cannot be interrupted.
    isUp: (output) => output.includes('the bus is NATS'),
    upMs: 1_000,
  },
]

for (const { early, ...program } of programs)
  test(`a signal stops ${program.name}`, () => stopThroughout(program, [early, 'up']))

test('a second signal ends a devnet that hangs, with its processes and its folder', async (t) => {
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary)
  const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: temporary }
  const child = spawn(process.execPath, [atoll, 'devnet', ...onRecord, '--json', ...server], {
    env,
  })
  const ended = once(child, 'exit')
  const pid = child.pid ?? 0
  const services = () => childrenOf(pid).filter((one) => !commandOf(one).includes('nats-server'))
  await until('the services of the devnet run', () => services().length === 3)
  const children = childrenOf(pid)
  t.after(() => {
    for (const one of children) if (commandOf(one) !== '') process.kill(one, 'SIGKILL')
  })
  for (const service of services()) process.kill(service, 'SIGSTOP')
  child.kill('SIGINT')
  // A busy process may receive two signals together, and then counts them as one. So the test repeats the signal.
  const again = setInterval(() => child.kill('SIGINT'), 600)
  assert.deepEqual(await ended, [130, null])
  clearInterval(again)
  assert.deepEqual(readdirSync(temporary), [])
  await until('all processes have ended', () => children.every((one) => commandOf(one) === ''))
})

function childrenOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? [] : children.split(' ').map(Number)
}

/** The command line of a process; empty if it has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch (error) {
    if (isSystemError(error) && ['ENOENT', 'ESRCH'].includes(error.code)) return ''
    throw error
  }
}
