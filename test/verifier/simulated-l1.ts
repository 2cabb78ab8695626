import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1Block, L1Log } from '#protocol/block/l1-block.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { fromHex, toBytes32, toHash } from '#protocol/codec/hex.ts'
import { updateSystemConfig } from '#protocol/derivation/system-config-updates.ts'
import type { Address, Bytes32 } from '#protocol/primitives.ts'
import type { Random } from '#runtime/random.ts'
import { Batcher } from './batcher.ts'
import { OnePass } from './one-pass.ts'
import { hashOf } from './hash-of.ts'
import { batchers, l1BlockTime, randomRollup } from './random-rollup.ts'
import { type Sequenced, Sequencer } from './sequencer.ts'
import type { StandInRules } from './stand-in-chain.ts'

/** The state of L1 from `atMs` until the next view. */
interface View {
  readonly atMs: number
  readonly chain: readonly L1Block[]
  readonly finalized: number
  /** Number of the L2 block that is safe once the whole chain is derived. */
  readonly safe: bigint
}

/**
 * An L1 that grows and reorganises by a script. This L1 has the batches of a sequencer that follows it. The script
 * depends only on the seed, not on the readers of the L1.
 */
export class SimulatedL1 {
  readonly rules: StandInRules
  readonly #views: readonly View[]
  /** The blocks of the sequencer, in the order in which it made them. */
  readonly sequenced: readonly Sequenced[]
  /** One pass over the chain at the end of the script. */
  readonly expected: OnePass

  constructor({ random, blocks }: { readonly random: Random; readonly blocks: number }) {
    const genesis = bareBlock({ parent: undefined, fork: 0, random })
    const config = randomRollup(random, { genesis, blocks })
    this.rules = { config, refuseBelow: random.pick([0, 6, 20, 40]) }
    const author = new Author(this.rules, random, genesis)
    this.#views = author.write(blocks)
    this.expected = author.pass
    this.sequenced = author.sequenced
  }

  get config(): RollupConfig {
    return this.rules.config
  }

  /** End of the script, in milliseconds from its start. */
  get endMs(): number {
    return this.#views.at(-1)?.atMs ?? 0
  }

  /** The finalized L1 block at the end of the script. */
  get finalized(): L1BlockRef {
    const last = this.#views.at(-1)
    return refOf(last?.chain[last.finalized])
  }

  heads(nowMs: number): L1Heads {
    const { chain, finalized } = this.#view(nowMs)
    const final = refOf(chain[finalized])
    return { head: refOf(chain.at(-1)), safe: final, finalized: final }
  }

  block(nowMs: number, { block }: Pick<FetchL1BlockRequest, 'block'>): L1Block | undefined {
    const { chain } = this.#view(nowMs)
    return block.kind === 'number'
      ? chain[Number(block.number)]
      : chain.find(({ hash }) => hash === block.hash)
  }

  blocksDown(nowMs: number, from: { number: bigint; count: number }): readonly L1BlockRef[] {
    const { chain } = this.#view(nowMs)
    return chain
      .filter(({ number }) => number <= from.number && number > from.number - BigInt(from.count))
      .toReversed()
      .map(refOf)
  }

  /** The head of L1 at a time, and the number of the L2 block that is safe once that chain is derived. */
  at(nowMs: number): { readonly head: L1BlockRef; readonly safe: bigint } {
    const { chain, safe } = this.#view(nowMs)
    return { head: refOf(chain.at(-1)), safe }
  }

  #view(nowMs: number): View {
    const view = this.#views.findLast(({ atMs }) => atMs <= nowMs) ?? this.#views[0]
    if (view === undefined) throw new Error('the script is empty')
    return view
  }
}

/** Writes the script of an L1. The batches in an L1 block depend on the chain derived from the L1 blocks before it. */
class Author {
  readonly #rules: StandInRules
  readonly #random: Random
  readonly #sequencer: Sequencer
  readonly #batcher: Batcher
  #chain: L1Block[]
  #atMs = 0
  pass: OnePass
  readonly sequenced: Sequenced[] = []

  constructor(rules: StandInRules, random: Random, genesis: L1Block) {
    this.#rules = rules
    this.#random = random
    this.#chain = [genesis]
    this.pass = new OnePass(rules, genesis)
    this.#sequencer = new Sequencer(
      { rules, random, onBlock: (made) => this.sequenced.push({ ...made, atMs: this.#atMs }) },
      this.pass.safe,
    )
    this.#batcher = new Batcher(rules.config, random)
  }

  write(blocks: number): readonly View[] {
    const random = this.#random
    const views: View[] = [this.#view(0, 0)]
    const reorgChance = random.next() * 0.25
    // Number of L1 blocks from the finalized block to the head.
    const finalityDepth = random.pick([4, 12, 100])
    let finalized = 0
    let atMs = 0
    for (let fork = 1; this.#chain.length <= blocks; fork++) {
      atMs += random.between(200, 1_500)
      this.#atMs = atMs
      const room = this.#chain.length - finalized - 2
      const depth = random.chance(reorgChance) ? random.pick([1, 1, 2, 3, 10]) : 0
      if (depth > 0 && room > 0) this.#reorg(Math.min(depth, room))
      for (let added = 0; added < (depth > 0 ? depth + 1 : 1); added++) this.#extend(fork)
      finalized = Math.max(finalized, this.#chain.length - 1 - finalityDepth)
      views.push(this.#view(atMs, finalized))
    }
    const last = Math.max(finalized, this.#chain.length - 1 - random.between(0, 3))
    views.push(this.#view(atMs + 2_000, last))
    return views
  }

  #view(atMs: number, finalized: number): View {
    return { atMs, chain: [...this.#chain], finalized, safe: this.pass.safe.ref.number }
  }

  #reorg(depth: number): void {
    this.#chain = this.#chain.slice(0, -depth)
    const [genesis, ...others] = this.#chain
    if (genesis === undefined) throw new Error('L1 lost its first block')
    this.pass = new OnePass(this.#rules, genesis)
    for (const block of others) this.pass.push(block)
    this.#sequencer.restart(this.pass.safe)
    this.#batcher.restart()
  }

  #extend(fork: number): void {
    const { config } = this.#rules
    const random = this.#random
    this.#sequencer.extend(this.#chain)
    const bare = bareBlock({ parent: this.#chain.at(-1), fork, random })
    const logs = this.#logs()
    const inForce = { ...config.genesis.systemConfig, batcherAddress: this.#batcherNow() }
    const rules = { l1SystemConfigAddress: config.l1SystemConfigAddress, isEcotone: true }
    const batcher = updateSystemConfig(inForce, logs, rules).config.batcherAddress
    const posting = { batcher, timestamp: bare.timestamp, block: bare.hash }
    const inboxTransactions = this.#batcher.post(this.#sequencer, posting)
    const block = { ...bare, logs, inboxTransactions }
    this.#chain.push(block)
    this.pass.push(block)
    const { ref } = this.pass.safe
    // The safe chain diverged from the sequencer's: a block was refused, or a sequencing window ended.
    if (this.#sequencer.knows(ref.hash)) return
    this.#sequencer.restart(this.pass.safe)
    this.#batcher.restart()
  }

  /** The address of the batcher after all L1 blocks so far. */
  #batcherNow(): Address {
    const { config } = this.#rules
    let current = config.genesis.systemConfig
    for (const { logs } of this.#chain)
      current = updateSystemConfig(current, logs, {
        l1SystemConfigAddress: config.l1SystemConfigAddress,
        isEcotone: true,
      }).config
    return current.batcherAddress
  }

  #logs(): readonly L1Log[] {
    const { config } = this.#rules
    const random = this.#random
    const logs: L1Log[] = []
    while (random.chance(0.3)) logs.push(depositLog(config, random, logs.length))
    if (random.chance(0.04)) logs.push(batcherLog(config, random.pick(batchers), logs.length))
    return logs
  }
}

function bareBlock({
  parent,
  fork,
  random,
}: {
  readonly parent: L1Block | undefined
  readonly fork: number
  readonly random: Random
}): L1Block {
  const number = parent === undefined ? 0n : parent.number + 1n
  const parentHash = parent?.hash ?? toHash(new Uint8Array(32))
  const hash = hashOf(`l1 ${number} ${fork} ${parentHash}`)
  let timestamp = parent === undefined ? 1_700_000_000n : parent.timestamp + l1BlockTime
  if (parent !== undefined) timestamp += missedSlots(random) * l1BlockTime
  return {
    hash,
    number,
    parentHash,
    timestamp,
    prevRandao: hash,
    baseFee: BigInt(random.between(7, 1_000_000_000)),
    excessBlobGas: 0n,
    parentBeaconBlockRoot: hashOf(`beacon ${hash}`),
    logs: [],
    inboxTransactions: [],
  }
}

function missedSlots(random: Random): bigint {
  let missed = 0n
  while (random.chance(0.08)) missed++
  return missed
}

const updateEvent = '0x1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be' as Bytes32
const depositEvent = '0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32' as Bytes32
const zeroWord = toBytes32(new Uint8Array(32))

/** A log that changes the batcher. */
function batcherLog(config: RollupConfig, batcher: Address, index: number): L1Log {
  const data = new Uint8Array(96)
  data.set([32], 31)
  data.set([32], 63)
  data.set(fromHex(batcher), 76)
  return {
    address: config.l1SystemConfigAddress,
    topics: [updateEvent, zeroWord, zeroWord],
    data,
    index,
  }
}

function refOf(block: L1Block | undefined): L1BlockRef {
  if (block === undefined) throw new Error('no such block')
  const { hash, number, parentHash, timestamp } = block
  return { hash, number, parentHash, timestamp }
}

function depositLog(config: RollupConfig, random: Random, index: number): L1Log {
  const data = new Uint8Array(160)
  data.set([32], 31)
  data.set([73], 63)
  data.set(random.bytes(8), 64 + 56)
  const topics = [depositEvent, word(random), word(random), zeroWord]
  return { address: config.depositContractAddress, topics, data, index }
}

/** A random address, padded to 32 bytes. */
function word(random: Random): Bytes32 {
  const bytes = new Uint8Array(32)
  bytes.set(random.bytes(20), 12)
  return toBytes32(bytes)
}
