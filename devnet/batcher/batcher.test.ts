import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SingularBatch } from '#protocol/batch/batch.ts'
import { batchRulesAt, decodeBatch } from '#protocol/batch/decode-batch.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { channelRules } from '#protocol/chains/chain-spec.ts'
import { ChannelReader } from '#protocol/channel/channel-reader.ts'
import { decodeFrames } from '#protocol/channel/frame.ts'
import { toChannelId } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { systemClock } from '#runtime/clock.ts'
import { readL2 } from '#records/folder/read-l2.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { hash } from '#test/fakes/values.ts'
import { Random } from '#runtime/random.ts'
import { Batcher, type BatcherOptions, type SentTransaction } from './batcher.ts'
import type { BatcherData } from './make-channel.ts'

const record = 'test/vectors/records/all-forks-lagoon'
const config = await readRollupConfig(record)
const recorded = (await Array.fromAsync(readL2(record, config))).map(({ block }) => block)
const [genesis = assert.fail(), ...chain] = recorded
const timestamp = chain.at(-1)?.timestamp ?? 0n

let channels = 0
const newChannelId = () => toChannelId(Buffer.alloc(16).fill(`channel ${++channels}.`))

interface Mined {
  readonly hash: Hash
  readonly data: BatcherData
}

/** An L1 without other transactions, and the blocks that derivation would find in it. */
class World {
  /** Transactions in the pool of L1. */
  pool: Mined[] = []
  /** The transactions of each L1 block. */
  mined: (readonly Mined[])[] = []
  /** The L2 chain of the sequencer. */
  blocks: readonly Payload[] = chain.slice(0, 5)
  /** Thrown by the next calls. */
  problem: Fault | undefined
  /** A problem of one call. */
  drawProblem: () => Fault | undefined = () => undefined
  readonly reports: string[] = []
  readonly batcher: Batcher
  #sent = 0

  constructor(options: Partial<BatcherOptions> = {}) {
    const port =
      <Arguments extends readonly unknown[], Result>(answer: (...given: Arguments) => Result) =>
      async (...given: Arguments) => {
        const problem = this.problem ?? this.drawProblem()
        if (problem !== undefined) throw problem
        return answer(...given)
      }
    this.batcher = new Batcher(
      {
        heads: port(() => ({ unsafe: idOf(this.blocks.at(-1) ?? genesis), safe: this.safe })),
        l1Head: port(() => ({ number: BigInt(this.mined.length), timestamp })),
        block: port((number) => this.blocks.find((block) => block.number === number)),
        send: port((data, earlier) => this.#send(data, earlier)),
        included: port((transaction) => {
          const at = this.mined.findIndex((each) => each.some((one) => one.hash === transaction))
          return at === -1 ? undefined : BigInt(at + 1)
        }),
        newChannelId: () => newChannelId(),
        report: (what) => this.reports.push(what),
        clock: systemClock,
      },
      {
        config,
        form: { batches: 'singular', compression: 'zlib', data: 'calldata' },
        pollMs: 1,
        channelBlocks: 2n,
        channelBytes: 1_000_000,
        windowMargin: 2n,
        patience: 4n,
        ...options,
      },
    )
  }

  #send(data: BatcherData, earlier: SentTransaction | undefined): SentTransaction {
    this.pool = this.pool.filter((each) => each.hash !== earlier?.hash)
    const sent = { hash: hash(++this.#sent), nonce: 0, attempt: (earlier?.attempt ?? -1) + 1 }
    this.pool.push({ hash: sent.hash, data })
    return sent
  }

  /** The last block that follows from the data on L1. */
  get safe(): { number: bigint; hash: Hash } {
    let safe = idOf(genesis)
    for (const { data } of this.mined.flat())
      for (const { parentHash } of batchesIn(data)) {
        const block = this.blocks.find((each) => each.parentHash === parentHash)
        if (block !== undefined && parentHash === safe.hash) safe = idOf(block)
      }
    return safe
  }

  /** Polls, and adds an L1 block with the transactions of the pool. */
  async step(times = 1): Promise<void> {
    for (let at = 0; at < times; at++) {
      await this.batcher.poll()
      this.mined.push(this.pool)
      this.pool = []
    }
  }

  grow(to: number): void {
    this.blocks = chain.slice(0, to)
  }
}

const read = new Map<BatcherData, readonly SingularBatch[]>()

/** The batches of a transaction, which has a whole channel. */
function batchesIn(data: BatcherData): readonly SingularBatch[] {
  const known = read.get(data)
  if (known !== undefined) return known
  assert.ok(data.kind === 'calldata')
  const frames = decodeFrames(data.calldata)
  assert.deepEqual(
    frames.map(({ isLast, number }) => [number, isLast]),
    [[0, true]],
  )
  const chunks = frames.map((frame) => frame.data)
  const reader = new ChannelReader(chunks, channelRules(config, timestamp))
  const batches: SingularBatch[] = []
  for (let bytes = reader.next(); bytes !== undefined; bytes = reader.next()) {
    const decoded = decodeBatch(bytes, batchRulesAt(config, timestamp))
    assert.ok(decoded.kind === 'singular')
    batches.push(decoded.batch)
  }
  read.set(data, batches)
  return batches
}

const idOf = ({ number, blockHash }: Payload) => ({ number, hash: blockHash })
const numberOf = (world: World) => Number(world.safe.number)

test('blocks are posted when a channel is old enough, and follow each other without a gap', async () => {
  const world = new World()
  await world.step()
  assert.deepEqual(world.mined, [[]])
  await world.step(2)
  assert.equal(numberOf(world), 5)
  world.grow(9)
  await world.step(4)
  assert.equal(numberOf(world), 9)
  assert.equal(world.mined.flat().length, 2)
  assert.deepEqual(world.reports, [])
})

test('a channel is posted at once when its blocks have enough bytes', async () => {
  const world = new World({ channelBytes: 1 })
  await world.step(5)
  assert.deepEqual([numberOf(world), world.mined.flat().length], [5, 5])
})

test('a channel is posted before the sequencing window of its first block ends', async () => {
  const [first = assert.fail()] = chain
  const origin = l2BlockRefOf(config, first).l1Origin.number
  const postedAt = async (sequencingWindow: bigint) => {
    const world = new World({ config: { ...config, sequencingWindow }, channelBlocks: 1_000n })
    for (let block = 0; block < 20 && world.mined.flat().length === 0; block++) await world.step()
    // The transaction was sent one L1 block earlier than the one that has it.
    return world.mined.length - 1
  }
  assert.deepEqual(await Promise.all([8n, 12n].map((blocks) => postedAt(blocks))), [
    Number(origin) + 6,
    Number(origin) + 10,
  ])
})

test('a transaction that L1 does not include is sent again, and replaces the earlier one', async () => {
  const world = new World()
  await world.step(2)
  await world.batcher.poll()
  assert.equal(world.pool.length, 1)
  const [first] = world.pool
  for (let block = 0; block < 4; block++) {
    world.mined.push([])
    await world.batcher.poll()
    assert.deepEqual(world.pool, [first])
  }
  world.mined.push([])
  await world.step()
  assert.equal(numberOf(world), 5)
  assert.equal(world.mined.flat().length, 1)
  assert.notEqual(world.mined.flat()[0]?.hash, first?.hash)
})

test('after an L1 reorg removed a channel, its blocks are posted again', async () => {
  const world = new World()
  await world.step(3)
  assert.equal(numberOf(world), 5)
  await world.step()
  world.mined = world.mined.map(() => [])
  assert.equal(numberOf(world), 0)
  await world.step(10)
  assert.equal(numberOf(world), 5)
  assert.match(world.reports.join(), /block 5 is in L1 and did not become safe/)
})

test('if the sequencer has another chain, the batcher begins again at the safe head', async () => {
  const world = new World()
  await world.step(3)
  world.grow(8)
  await world.batcher.poll()
  const other = { ...(chain[5] ?? assert.fail()), blockHash: hash(99) }
  world.blocks = [...chain.slice(0, 5), other]
  await world.batcher.poll()
  assert.match(
    world.reports.join(),
    /begins again after the safe block 5: block 8 is not canonical/,
  )
  world.grow(9)
  await world.step(10)
  assert.equal(numberOf(world), 9)
})

test('a restarted batcher posts what is not safe', async () => {
  const first = new World()
  await first.step(3)
  const second = new World()
  second.mined = first.mined
  second.grow(12)
  await second.step(4)
  assert.equal(numberOf(second), 12)
})

test('a fault of an endpoint is reported once, and the batcher goes on when the endpoint answers', async () => {
  const world = new World()
  const stop = new AbortController()
  world.problem = new Fault('rpc-unreachable', { detail: 'no' })
  const running = world.batcher.run(stop.signal)
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.deepEqual(world.reports, ['the batcher tries again: rpc-unreachable: no'])
  world.problem = undefined
  for (let block = 0; block < 4; block++) {
    world.mined.push(world.pool)
    world.pool = []
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  stop.abort()
  await running
  assert.equal(numberOf(world), 5)
})

test('after random losses, reorgs and faults, all blocks become safe', async () => {
  for (let seed = 0; seed < 100; seed++) {
    const random = new Random(seed)
    const world = new World({ channelBytes: random.pick([1, 500, 100_000]) })
    for (let block = 0; block < 60; block++) {
      // A fault in the middle of a poll leaves the batcher in a state that the next poll must repair.
      world.drawProblem = () =>
        random.chance(0.05) ? new Fault('rpc-unreachable', { detail: 'no' }) : undefined
      if (random.chance(0.1)) world.pool = []
      if (random.chance(0.05)) world.mined.splice(-random.between(1, 5), 5)
      if (random.chance(0.3)) world.grow(Math.min(chain.length, world.blocks.length + 2))
      await world.step().catch((error: unknown) => assert.ok(error instanceof Fault))
      if (random.chance(0.1)) world.mined.push([])
    }
    world.drawProblem = () => undefined
    await world.step(80)
    assert.equal(numberOf(world), world.blocks.length, `seed ${seed}: ${world.reports.join('; ')}`)
  }
})
