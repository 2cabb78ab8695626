import type { Logger } from 'pino'
import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { EndpointPool } from '#l1/endpoint-pool.ts'
import type { L1Endpoint, VerifiedL1Block } from '#l1/l1-endpoint.ts'
import { toL1Block } from '#l1/to-l1-block.ts'
import { batchersOf, blobsOf } from './answer.ts'
import type { BlobSource } from './blob-source.ts'
import type { BlockMemory } from './block-memory.ts'
import type { L1Cache } from '#l1/l1-cache.ts'
import { packL1Block, unpackL1Block } from '#l1/packed-l1-block.ts'

/** Where something was found. */
export type FoundIn = 'memory' | 'disk' | 'l1'

/** What blocks are fetched with. */
export interface BlockFetcherOptions {
  readonly config: RollupConfig
  readonly pool: EndpointPool<L1Endpoint>
  readonly blobs: BlobSource
  readonly memory: BlockMemory
  /** Left out: nothing outlives the process. */
  readonly disk: L1Cache | undefined
  readonly log: Pick<Logger, 'warn'>
  readonly onFound?: (what: 'block' | 'blob', where: FoundIn) => void
}

/** A block, by what it is asked for. */
type Key = bigint | Hash

/** Fetches L1 blocks and their blobs once, and keeps them: in memory, and on disk. */
export class BlockFetcher {
  readonly #options: BlockFetcherOptions
  readonly #inFlight = new Map<Key, Promise<L1Block | undefined>>()
  readonly #blobsInFlight = new Map<Hash, Promise<ReadonlyMap<Hash, Uint8Array>>>()
  /** Which block has a number, as far as L1 told and did not take back. */
  readonly #canonical = new Map<bigint, Hash>()
  #disk: L1Cache | undefined
  #finalized: bigint | undefined

  constructor(options: BlockFetcherOptions) {
    this.#options = options
    this.#disk = options.disk
  }

  /** The block that is asked for, with the blobs that belong to it. @throws Fault as the pools do */
  async fetch(wanted: FetchL1BlockRequest): Promise<L1Block | undefined> {
    const block = await this.#find(wanted)
    if (block === undefined) return undefined
    const hashes = blobsOf(block, batchersOf(wanted, block, this.#options.config))
    if (hashes.length === 0) return block
    return withBlobs(block, await this.#findBlobs(block, hashes))
  }

  /** Forgets which blocks have numbers that L1 may have given to others. */
  forgetAbove(number: bigint): void {
    for (const known of this.#canonical.keys()) if (known > number) this.#canonical.delete(known)
  }

  /** What is below is there to stay. */
  set finalized(number: bigint) {
    this.#finalized = number
  }

  async #find({ block: asked, parentHash }: FetchL1BlockRequest): Promise<L1Block | undefined> {
    if (asked.kind === 'hash') return this.#once(asked.hash, () => this.#findByHash(asked.hash))
    const { number } = asked
    const found = await this.#once(number, () => this.#findByNumber(number))
    if (found === undefined || parentHash === undefined || found.parentHash === parentHash)
      return found
    // Who asks may know more than was known here, or was told a block that is gone: L1 says which.
    this.forgetAbove(this.#finalized ?? -1n)
    return this.#once(number, () => this.#fetchFromL1(number))
  }

  /** Who asks for what is being fetched waits for the same. */
  #once(key: Key, find: () => Promise<L1Block | undefined>): Promise<L1Block | undefined> {
    const running = this.#inFlight.get(key)
    if (running !== undefined) return running
    const started = find().finally(() => this.#inFlight.delete(key))
    this.#inFlight.set(key, started)
    return started
  }

  async #findByNumber(number: bigint): Promise<L1Block | undefined> {
    const hash = this.#canonical.get(number) ?? (await this.#canonicalOnDisk(number))
    const found = hash === undefined ? undefined : await this.#findKept(hash)
    return found ?? this.#fetchFromL1(number)
  }

  async #findByHash(hash: Hash): Promise<L1Block | undefined> {
    return (await this.#findKept(hash)) ?? this.#fetchFromL1(hash)
  }

  /** The disk has blocks, and knows of the final ones that they are canonical; of others L1 is asked, which costs a header. */
  async #canonicalOnDisk(number: bigint): Promise<Hash | undefined> {
    const kept = this.#onDisk((disk) => disk.blocksAt(number)) ?? []
    if (kept.length === 0) return undefined
    const final = kept.find(({ isFinal }) => isFinal)
    if (final !== undefined) return final.hash
    const told = await this.#options.pool.ask((endpoint, signal) =>
      endpoint.fetchHeader(number, { signal }),
    )
    const known = kept.find(({ hash }) => hash === told?.ref.hash)
    if (known !== undefined && told !== undefined) this.#settle(told.ref)
    return known?.hash
  }

  async #findKept(hash: Hash): Promise<L1Block | undefined> {
    const { memory, onFound, log } = this.#options
    const inMemory = memory.block(hash)
    if (inMemory !== undefined) {
      onFound?.('block', 'memory')
      return inMemory
    }
    const packed = this.#onDisk((disk) => disk.block(hash))
    if (packed === undefined) return undefined
    try {
      const block = this.#digest(await unpackL1Block(packed))
      if (block.hash !== hash) throw new DecodeError(`it is block ${block.hash}`)
      onFound?.('block', 'disk')
      this.#settle(block)
      return block
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      log.warn({ l1: hash, error }, 'a block in the cache is broken')
      return undefined
    }
  }

  async #fetchFromL1(key: Key): Promise<L1Block | undefined> {
    const { pool, onFound } = this.#options
    const told = await unlessBehind(
      pool.ask(async (endpoint, signal) => {
        const found = await endpoint.fetchBlock(key, { signal })
        if (found !== undefined) return found
        const detail = `${endpoint.name}: it has no block ${key}`
        throw new Fault('l1-behind', { detail })
      }),
    )
    if (told === undefined) return undefined
    onFound?.('block', 'l1')
    const block = this.#digest(told)
    await this.#keep(block, told)
    if (typeof key === 'bigint') this.#settle(block)
    return block
  }

  #digest(told: VerifiedL1Block): L1Block {
    const block = toL1Block({ ...told, blobs: new Map() }, this.#options.config)
    this.#options.memory.putBlock(block)
    return block
  }

  async #keep(block: L1Block, told: VerifiedL1Block): Promise<void> {
    if (this.#disk === undefined) return
    const packed = await packL1Block(told)
    this.#onDisk((disk) => disk.putBlock(block, packed))
  }

  /** L1 said that this is the block of its number. */
  #settle({ number, hash }: Pick<L1BlockRef, 'number' | 'hash'>): void {
    this.#canonical.set(number, hash)
    if (this.#canonical.size > maxCanonical) {
      const [oldest] = this.#canonical.keys()
      if (oldest !== undefined) this.#canonical.delete(oldest)
    }
    if (this.#finalized !== undefined && number <= this.#finalized)
      this.#onDisk((disk) => disk.markFinal({ number, hash }))
  }

  async #findBlobs(
    block: L1Block,
    hashes: readonly Hash[],
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const found = new Map<Hash, Uint8Array>()
    for (const hash of hashes) {
      const blob = this.#keptBlob(hash)
      if (blob !== undefined) found.set(hash, blob)
    }
    const lacking = hashes.filter((hash) => !found.has(hash))
    if (lacking.length === 0) return found
    const running = this.#blobsInFlight.get(block.hash)
    if (running !== undefined) {
      await running
      return this.#findBlobs(block, hashes)
    }
    const started = this.#fetchBlobs(block, lacking).finally(() =>
      this.#blobsInFlight.delete(block.hash),
    )
    this.#blobsInFlight.set(block.hash, started)
    for (const [hash, blob] of await started) found.set(hash, blob)
    return found
  }

  #keptBlob(hash: Hash): Uint8Array | undefined {
    const { memory, onFound } = this.#options
    const inMemory = memory.blob(hash)
    if (inMemory !== undefined) {
      onFound?.('blob', 'memory')
      return inMemory
    }
    const onDisk = this.#onDisk((disk) => disk.blob(hash))
    if (onDisk === undefined) return undefined
    onFound?.('blob', 'disk')
    memory.putBlob(hash, onDisk)
    return onDisk
  }

  async #fetchBlobs(
    block: L1Block,
    hashes: readonly Hash[],
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const { blobs, memory, onFound } = this.#options
    const fetched = await blobs.fetch(block, hashes)
    for (const [hash, blob] of fetched) {
      onFound?.('blob', 'l1')
      memory.putBlob(hash, blob)
      this.#onDisk((disk) => disk.putBlob(hash, block.number, blob))
    }
    return fetched
  }

  /** A disk that is full or broken costs the cache, and not the service. */
  #onDisk<Value>(use: (disk: L1Cache) => Value): Value | undefined {
    if (this.#disk === undefined) return undefined
    try {
      return use(this.#disk)
    } catch (error) {
      this.#options.log.warn({ error }, 'the cache of L1 cannot be used any more')
      this.#disk = undefined
      return undefined
    }
  }
}

/** Numbers whose blocks are known. */
const maxCanonical = 4_096

async function unlessBehind<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isFault(error, 'l1-behind')) return undefined
    throw error
  }
}

function withBlobs(block: L1Block, found: ReadonlyMap<Hash, Uint8Array>): L1Block {
  const inboxTransactions = block.inboxTransactions.map((transaction) => {
    const blobs = transaction.blobs.map(({ versionedHash }) => {
      return { versionedHash, data: found.get(versionedHash) }
    })
    return { ...transaction, blobs }
  })
  return { ...block, inboxTransactions }
}
