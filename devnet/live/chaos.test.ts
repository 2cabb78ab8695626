import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { Random } from '#runtime/random.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { Chaos, type ChaosWorld } from './chaos.ts'
import { UsageSamples } from './process-usage.ts'

/** A devnet of one process. It has the intervals of L1 and whether the batcher runs. */
class World implements ChaosWorld {
  readonly l1BlockSeconds = 2
  readonly l1Genesis = 2n
  head = 4
  readonly reorgs: number[] = []
  readonly l1: JsonRpcClient
  readonly nodes: ChaosWorld['nodes']
  interval = 2
  isBatching = true
  starts = 0
  child: ChildProcess | undefined

  constructor(t: TestContext) {
    this.l1 = { call: (method: string, [value]: number[]) => this.#call(method, value) } as never
    this.nodes = [{ name: 'node-1', pids: () => new Map([['engine', this.pid()]]) }]
    t.after(() => this.child?.kill('SIGKILL'))
  }

  async #call(method: string, value = 0): Promise<unknown> {
    if (method === 'eth_blockNumber') return `0x${(this.head++).toString(16)}`
    if (method === 'anvil_reorg') this.reorgs.push(value)
    else {
      assert.equal(method, 'evm_setIntervalMining')
      this.interval = value
    }
    return null
  }

  /** The process, which is started again after it was killed. */
  pid(): number {
    if (!['S', 'R', 'D', 'T'].includes(this.state)) {
      this.starts++
      this.child = spawn('sleep', ['1000'])
    }
    return this.child?.pid ?? assert.fail('no process')
  }

  startBatcher(): void {
    this.isBatching = true
  }

  async stopBatcher(): Promise<void> {
    this.isBatching = false
  }

  /** State of the process: `T` if it is stopped by a signal; empty if there is none. */
  get state(): string {
    const path = `/proc/${this.child?.pid}/stat`
    const stat = existsSync(path) ? readFileSync(path, 'utf8') : ''
    return /\) (\w)/u.exec(stat)?.[1] ?? ''
  }
}

test('accidents of each kind happen one after another, and each is healed before the next', async (t) => {
  const world = new World(t)
  const clock = new VirtualClock(0)
  const reports: string[] = []
  const report = (what: string) => {
    assert.deepEqual([world.interval, world.isBatching], [2, true], `before ${what}`)
    assert.notEqual(world.state, 'T', `before ${what}`)
    reports.push(what)
  }
  const chaos = new Chaos({ world, random: new Random(1), clock, report })
  assert.ok(chaos.explainsWarning())
  await clock.run(3_600_000, () => false)
  const counts = Object.fromEntries(chaos.counts)
  assert.ok(Object.keys(counts).length === 5, JSON.stringify(counts))
  // The block at which the L2 begins is never replaced.
  assert.ok(world.reorgs.every((depth, at) => depth >= 1 && depth <= Math.min(5, 2 + at)))
  assert.ok(world.starts > 1)
  assert.ok(reports.length > 50)
  await chaos.stop()
  assert.deepEqual([world.interval, world.isBatching], [2, true])
  assert.notEqual(world.state, 'T')
})

test('a stop in the middle of an accident heals it', async (t) => {
  const world = new World(t)
  const clock = new VirtualClock(0)
  const chaos = new Chaos({ world, random: new Random(3), clock, report: () => undefined })
  const isBroken = () => world.interval === 0 || !world.isBatching
  assert.ok(await clock.run(3_600_000, isBroken))
  await chaos.stop()
  assert.ok(!isBroken())
})

test('an accident that cannot be made ends the chaos with its error', async (t) => {
  const world = new World(t)
  world.stopBatcher = () => Promise.reject(new Error('no batcher'))
  const clock = new VirtualClock(0)
  const chaos = new Chaos({ world, random: new Random(1), clock, report: () => undefined })
  const failed = assert.rejects(chaos.failed, /no batcher/)
  await clock.run(3_600_000, () => false)
  await failed
})

test('the memory and the open files of a process are sampled', async (t) => {
  const samples = new UsageSamples()
  const child = spawn('cat')
  t.after(() => child.kill('SIGKILL'))
  // When cat answers, it has opened and closed all files of its start.
  child.stdin.write('a line\n')
  await once(child.stdout, 'data')
  const pid = child.pid ?? assert.fail('no process')
  for (let at = 0; at < 8; at++) await samples.add(new Map([['cat', pid]]))
  await samples.add(new Map([['gone', 2 ** 22 + 1]]))
  const usage = samples.summary()
  assert.deepEqual([...usage.keys()], ['cat'])
  const { files, memoryMb } = usage.get('cat') ?? assert.fail('no samples')
  assert.deepEqual(files, { early: files.most, late: files.most, most: files.most })
  assert.ok(files.most > 0 && memoryMb.most < 50)
})
