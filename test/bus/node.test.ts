import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { NodeServiceName } from '#node/node-services.ts'
import type { RunningNode } from '#node/run-node.ts'
import { compareChain } from '#devnet/compare-chain.ts'
import { startClient, startL1 } from '#devnet/record-world.ts'
import { type RecordedNode, startRecordedNode } from '#devnet/recorded-node.ts'
import { systemClock } from '#runtime/clock.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { pause } from './conformance/raw-client.ts'

// A whole node of processes on a real server. Each process is killed at random moments, and the safe chain keeps
// growing.

/** Number of kills of each process; 20 in the long run. */
const rounds = Number(process.env['ATOLL_KILL_ROUNDS'] ?? 2)

/** A record of 363 blocks in 125 L1 blocks, with refused payloads, empty epochs and channels that time out. */
const record = join(recordsFolder, 'bad-data-karst')

/** A node that derives a recorded chain, and its progress. */
class NodeWorld {
  readonly rpcUrl: string
  /** Number of `engine_newPayload` calls to the execution client. */
  readonly newPayloads: () => number
  readonly #recorded: RecordedNode
  readonly #close: () => Promise<void>

  private constructor(
    recorded: RecordedNode,
    parts: { rpcUrl: string; newPayloads: () => number; close: () => Promise<void> },
  ) {
    this.rpcUrl = parts.rpcUrl
    this.newPayloads = parts.newPayloads
    this.#recorded = recorded
    this.#close = parts.close
  }

  static async start(): Promise<NodeWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'atoll-node-'))
    const l1 = await startL1({ record, speed: 0, clock: systemClock })
    const jwtSecret = randomBytes(32)
    let newPayloads = 0
    const onCall = (method: string) => {
      if (method.startsWith('engine_newPayload')) newPayloads++
    }
    const client = await startClient({ record, clock: systemClock, onCall }, folder, jwtSecret)
    const recorded = await startRecordedNode({
      record,
      folder,
      l1,
      engineUrl: client.engineUrl,
      jwtSecret,
      natsServer: process.env['ATOLL_NATS_SERVER'],
      logLevel: 'error',
      report: () => undefined,
      onChange: () => undefined,
    })
    const close = async () => {
      await recorded.close()
      await client.close()
      await l1.close()
      await rm(folder, { recursive: true, force: true })
    }
    return new NodeWorld(recorded, {
      rpcUrl: client.rpcUrl,
      newPayloads: () => newPayloads,
      close,
    })
  }

  get node(): RunningNode {
    return this.#recorded.node
  }

  get safe(): bigint {
    return this.#recorded.viewer.view.chain?.safe.number ?? 0n
  }

  get finalized(): bigint {
    return this.#recorded.viewer.view.chain?.finalized.number ?? 0n
  }

  /** Waits for a condition. @returns milliseconds that it took */
  async until(what: string, isSo: () => boolean, timeoutMs = 30_000): Promise<number> {
    const startedMs = performance.now()
    while (!isSo()) {
      if (performance.now() - startedMs > timeoutMs)
        assert.fail(`${what}: not in ${timeoutMs} ms; safe is ${this.safe}`)
      await pause(10)
    }
    return performance.now() - startedMs
  }

  close(): Promise<void> {
    return this.#close()
  }
}

type Victim = NodeServiceName | 'nats-server'

function kill(node: RunningNode, victim: Victim): void {
  const pid = victim === 'nats-server' ? node.bus.serverPid() : node.pidOf(victim)
  assert.ok(pid !== undefined, `${victim} runs`)
  process.kill(pid, 'SIGKILL')
}

async function untilEnd(t: TestContext, world: NodeWorld): Promise<void> {
  await world.until('all is final', () => world.finalized >= 363n, 120_000)
  const { equal, blocks } = await compareChain(record, world.rpcUrl, {
    last: world.safe,
    clock: systemClock,
    signal: t.signal,
  })
  assert.deepEqual({ equal, blocks }, { equal: 364, blocks: 364 })
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0
}

test(`the safe chain continues unchanged when each process of a node is killed ${rounds} times`, async (t) => {
  const victims: readonly Victim[] = ['da-watcher', 'derivation', 'engine', 'nats-server']
  const due = Array.from({ length: rounds }, () => victims).flat()
  const stalls = new Map<Victim, number[]>(victims.map((victim) => [victim, []]))
  while (due.length > 0) {
    const world = await NodeWorld.start()
    let engineKills = 0
    try {
      await world.until('a first block', () => world.safe > 0n)
      while (due.length > 0 && world.safe < 300n) {
        await pause(Math.random() * 1_000)
        const [victim] = due
        if (victim === undefined || world.safe >= 300n) break
        due.shift()
        kill(world.node, victim)
        if (victim === 'engine') engineKills++
        // Attributes in flight may still make one block without the killed service.
        const next = world.safe + 2n
        stalls.get(victim)?.push(await world.until(`after ${victim}`, () => world.safe >= next))
      }
      await untilEnd(t, world)
      // No block is built twice, except the one in progress when an engine is killed.
      const built = world.newPayloads()
      assert.ok(built <= 363 + engineKills, `${built} payloads, after ${engineKills} such kills`)
    } finally {
      await world.close()
    }
  }
  for (const [victim, times] of stalls) {
    const worst = Math.max(...times).toFixed(0)
    t.diagnostic(`${victim}: median ${median(times).toFixed(0)} ms, worst ${worst} ms`)
  }
})
