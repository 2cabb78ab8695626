import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { configFlags } from './config-flags.ts'
import { type Moment, type StoppedProgram, stopThroughout } from './stop-at.ts'

// Each program is stopped during its start and when it is up. test/bus has the programs that need a NATS server. With
// ATOLL_SIGNAL_STEP_MS=250, each program is stopped at every 250 ms of its start.

const record = join(recordsFolder, 'all-forks-lagoon')
const onRecord = [`--record=${record}`]
const folder = mkdtempSync(join(tmpdir(), 'atoll-signals-'))
after(() => rmSync(folder, { recursive: true }))
const jwtSecretFile = join(folder, 'jwt.hex')
writeFileSync(jwtSecretFile, '11'.repeat(32))

const noBus = '--nats-urls=nats://127.0.0.1:1'
const noL1 = '--l1-rpc-urls=http://127.0.0.1:1'
const deadEnds = ['--l1-rpc-url=http://127.0.0.1:1', '--l2-rpc-url=http://127.0.0.1:1']
const engine = ['--engine-url=http://127.0.0.1:1', `--jwt-secret-file=${jwtSecretFile}`]
const waitsForBus = (output: string) => output.includes('waits for the bus')
const chain = configFlags(record)

/** First ports of devnets; each run has its own, since runs are parallel. */
let portBase = 15200

/** A quick run stops each program when it is up and, if `early` is set, also after `early` milliseconds. */
const programs: readonly (StoppedProgram & { readonly early?: number })[] = [
  {
    name: 'l1-replay',
    early: 500,
    args: () => ['l1-replay', '--record', record, '--rpc-port=0', '--beacon-port=0'],
    isUp: (output) => output.includes('L1 beacon'),
  },
  {
    name: 'execution-client',
    early: 700,
    args: (data) => {
      const genesis = ['--genesis', join(record, 'genesis.json.gz'), '--data-dir', data]
      const ports = ['--engine-port=0', '--rpc-port=0']
      return ['execution-client', ...genesis, ...ports, '--jwt-secret-file', jwtSecretFile]
    },
    isUp: (output) => output.includes('JSON-RPC'),
  },
  {
    name: 'devnet --in-memory',
    early: 900,
    args: () => ['devnet', ...onRecord, '--in-memory', '--json'],
    // The setup of KZG, which cannot be interrupted, begins soon after this line.
    isUp: (output) => output.includes('the bus is in memory'),
    upMs: 700,
  },
  {
    name: 'devnet --in-memory with an L1',
    early: 2_000,
    args: () => ['devnet', '--in-memory', '--json', `--port-base=${(portBase += 50)}`],
    isUp: (output) => output.includes('node-2: execution client'),
    upMs: 2_000,
  },
  {
    name: 'devnet-l1',
    early: 1_500,
    args: (data) => {
      const folders = [`--data-dir=${data}`, `--rollup-dir=${join(data, 'rollup')}`]
      return ['devnet-l1', ...folders, '--rpc-port=0', '--beacon-port=0']
    },
    isUp: (output) => output.includes('L1 beacon'),
  },
  {
    name: 'devnet-traffic',
    args: () => ['devnet-traffic', ...chain, ...deadEnds, '--health-port=0'],
    isUp: (output) => output.includes('sends transactions'),
  },
  {
    name: 'batcher',
    args: () => {
      const own = ['--rollup-rpc-url=http://127.0.0.1:1', `--batcher-key-file=${jwtSecretFile}`]
      return ['batcher', ...chain, ...deadEnds, ...own]
    },
    isUp: (output) => output.includes('tries again'),
  },
  {
    name: 'bus provision',
    args: () => ['bus', 'provision', '--chain-id=10', noBus],
    isUp: (output) => output.includes('provision waits'),
  },
  {
    name: 'bus provision --once',
    args: () => ['bus', 'provision', '--once', '--chain-id=10', noBus],
    isUp: (output) => output.includes('provision waits'),
    ends: 1,
  },
  {
    name: 'status --watch',
    early: 400,
    args: () => ['status', '--watch'],
    isUp: (output) => output.includes('waits for a node'),
  },
  {
    name: 'flashblocks watch',
    early: 400,
    args: () => ['flashblocks', 'watch', '--ws=ws://127.0.0.1:1', '--l2-rpc=http://127.0.0.1:1'],
    isUp: (output) => output.includes('not connected'),
  },
  {
    name: 'service da-watcher',
    args: (data) => {
      const own = [...chain, noL1, noBus, '--chain-id=904', `--data-dir=${data}`]
      return ['service', 'da-watcher', ...own]
    },
    isUp: waitsForBus,
  },
  {
    name: 'service derivation',
    args: (data) => {
      return ['service', 'derivation', ...chain, noBus, '--chain-id=904', `--data-dir=${data}`]
    },
    isUp: waitsForBus,
  },
  {
    name: 'service gossip',
    args: (data) => {
      return ['service', 'gossip', ...chain, noBus, '--chain-id=904', `--data-dir=${data}`]
    },
    isUp: waitsForBus,
  },
  {
    name: 'service engine',
    early: 650,
    args: () => ['service', 'engine', ...chain, ...engine, noL1, noBus, '--chain-id=904'],
    isUp: waitsForBus,
  },
]

for (const { early, ...program } of programs)
  test(`a signal stops ${program.name}`, () =>
    stop(program, early === undefined ? ['up'] : [early, 'up']))

/** Programs that work until they are done, and leave nothing behind when the signal ends them. */
const workers: readonly [moment: number, args: readonly string[]][] = [
  [1_500, ['derive', '--record', record, '--execute', '--json']],
  [1_000, ['execute', '--chain', record]],
  [600, ['genesis', '--chain-id=10']],
  [300, ['keys', 'create', 'libp2p']],
  [200, ['config', 'node']],
]

for (const [moment, args] of workers)
  test(`a signal ends atoll ${args[0] ?? ''}`, () => {
    const argsIn = (data: string) => (args[0] === 'keys' ? [...args, data] : args)
    return stop({ name: args.join(' '), args: argsIn, ends: 'signal' }, [moment])
  })

test('a signal stops atoll status while it waits for a server that does not answer', async (t) => {
  const { url, isCalled } = await silentServer(t)
  const args = () => ['status', '--chain-id=10', `--nats-urls=${url.replace('http', 'nats')}`]
  await stop({ name: 'status', args, isUp: isCalled, ends: 'signal' }, ['up'])
})

test('a signal stops atoll record and atoll rewind, and leaves no unfinished files', async (t) => {
  const { url, isCalled } = await silentServer(t)
  const record = (data: string) => {
    const blocks = ['--from=0', '--to=54', `--out=${data}`]
    return ['record', ...chain, `--l1-rpc-url=${url}`, `--l2-rpc-url=${url}`, ...blocks]
  }
  await stop({ name: 'record', args: record, isUp: isCalled, ends: 1 }, ['up'])
  const second = await silentServer(t)
  const client = [`--engine-url=${second.url}`, `--jwt-secret-file=${jwtSecretFile}`]
  const rewind = (data: string) => {
    return ['rewind', ...chain, ...client, '--to=1', '--no-node', `--data-dir=${data}`]
  }
  const { isCalled: isRewinding } = second
  await stop({ name: 'rewind', args: rewind, isUp: isRewinding, ends: 1 }, ['up'])
})

test('a signal stops programs while they look for a NATS server', async () => {
  const programs: Readonly<Record<string, readonly string[]>> = {
    serve: ['bus', 'serve', '--chain-id=10'],
    devnet: ['devnet', ...onRecord, '--json'],
    node: ['node', ...chain, noL1, ...engine, '--rpc-port=0'],
  }
  const stopping = Object.entries(programs).map(([name, args]) => {
    const begun = join(folder, `${name}-begun`)
    const server = join(folder, `${name}-server`)
    writeFileSync(server, `#!/bin/sh\necho > ${begun}\nsleep 60\n`)
    chmodSync(server, 0o755)
    const all = [...args, `--nats-server=${server}`]
    return stop({ name, args: () => all, isUp: () => existsSync(begun) }, ['up'])
  })
  await Promise.all(stopping)
})

async function stop(program: StoppedProgram, moments: readonly Moment[]): Promise<void> {
  if (!existsSync('/proc/self/environ')) return
  await stopThroughout(program, moments)
}

/** A server that accepts connections and answers nothing. */
async function silentServer(t: TestContext) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  assert.ok(port > 0)
  return { url: `http://127.0.0.1:${port}`, isCalled: () => sockets.size > 0 }
}
