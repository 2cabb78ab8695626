import { createHash } from 'node:crypto'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import { toBytes32, toHash, toHex } from '#protocol/codec/hex.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { Random } from '#test/simulator/random.ts'

/** The batcher of the model: every inbox transaction is from it. */
export const batcherAddress = `0x${'ba'.repeat(20)}` as Address

/** What L1 shows from a moment on. */
interface View {
  readonly atMs: number
  readonly chain: readonly L1Block[]
  readonly finalized: number
}

/** How far below the head a block is final. */
const finalityDepth = 6

/**
 * An L1 that grows and reorganises by a script, the same for the same seed whatever its readers do. Each inbox
 * transaction is a batch: nine bytes, the first of which says whether the execution client will refuse it.
 */
export class ModelL1 {
  readonly #views: readonly View[]

  constructor({ random, blocks }: { readonly random: Random; readonly blocks: number }) {
    this.#views = writeScript(random, blocks)
  }

  /** When the script is over, in milliseconds from its start. */
  get endMs(): number {
    return this.#views.at(-1)?.atMs ?? 0
  }

  /** The chain that is left when the script is over. */
  get finalChain(): readonly L1Block[] {
    return this.#views.at(-1)?.chain ?? []
  }

  heads(nowMs: number): L1Heads {
    const { chain, finalized } = this.#view(nowMs)
    const final = refOf(chain[finalized])
    return { head: refOf(chain.at(-1)), safe: final, finalized: final }
  }

  blockByNumber(nowMs: number, number: bigint): L1Block | undefined {
    return this.#view(nowMs).chain[Number(number)]
  }

  /** The chain as it stands at a moment. */
  chainAt(nowMs: number): readonly L1Block[] {
    return this.#view(nowMs).chain
  }

  /** Whether a block was canonical at any time from one moment to another. */
  wasCanonical(hash: Hash, fromMs: number, toMs: number): boolean {
    const first = this.#views.findLastIndex(({ atMs }) => atMs <= fromMs)
    return this.#views
      .slice(Math.max(0, first))
      .some(({ atMs, chain }) => atMs <= toMs && chain.some((block) => block.hash === hash))
  }

  #view(nowMs: number): View {
    const view = this.#views.findLast(({ atMs }) => atMs <= nowMs) ?? this.#views[0]
    if (view === undefined) throw new Error('the script is empty')
    return view
  }
}

function writeScript(random: Random, blocks: number): readonly View[] {
  let chain: readonly L1Block[] = [modelBlock({ parent: undefined, fork: 0, random })]
  let finalized = 0
  let atMs = 0
  const views: View[] = [{ atMs, chain, finalized }]
  const reorgChance = random.next() * 0.4
  for (let fork = 1; chain.length <= blocks; fork++) {
    atMs += random.between(200, 1_500)
    const depth = random.chance(reorgChance) ? random.between(1, 3) : 0
    if (depth > 0 && chain.length - depth > finalized + 1)
      chain = extend(chain.slice(0, -depth), { by: depth + 1, fork, random })
    else chain = extend(chain, { by: 1, fork, random })
    finalized = Math.max(finalized, chain.length - 1 - finalityDepth)
    views.push({ atMs, chain, finalized })
  }
  views.push({ atMs: atMs + 2_000, chain, finalized: chain.length - 1 })
  return views
}

function extend(
  chain: readonly L1Block[],
  { by, fork, random }: { readonly by: number; readonly fork: number; readonly random: Random },
): readonly L1Block[] {
  const extended = [...chain]
  for (let added = 0; added < by; added++)
    extended.push(modelBlock({ parent: extended.at(-1), fork, random }))
  return extended
}

function modelBlock({
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
  const batches = parent === undefined ? 0 : random.between(0, 3)
  return {
    hash,
    number,
    parentHash,
    timestamp: 1_700_000_000n + 12n * number,
    prevRandao: hash,
    baseFee: 7n,
    excessBlobGas: undefined,
    parentBeaconBlockRoot: undefined,
    logs: [],
    inboxTransactions: Array.from({ length: batches }, (_, at) => ({
      hash: hashOf(`tx ${hash} ${at}`),
      type: 2,
      sender: batcherAddress,
      data: Uint8Array.of(random.chance(0.15) ? 1 : 0, ...random.bytes(8)),
      blobs: [],
    })),
  }
}

/** What `L1Heads` tells of a block. */
export function refOf(block: L1Block | undefined): L1BlockRef {
  if (block === undefined) throw new Error('no such block')
  const { hash, number, parentHash, timestamp } = block
  return { hash, number, parentHash, timestamp }
}

/** The model's only hash function. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): Hash {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return toHash(hash.digest())
}

/** A digest of bytes, where the protocol wants a plain word. */
export function digestOf(...parts: readonly Uint8Array[]) {
  return toBytes32(Buffer.from(hashOf(...parts.map(toHex)).slice(2), 'hex'))
}
