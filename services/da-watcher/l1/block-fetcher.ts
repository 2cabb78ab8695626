import type { Logger } from 'pino'
import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { EndpointPool } from '#l1/endpoint-pool.ts'
import type { L1Endpoint, VerifiedL1Block, VerifiedL1Header } from '#l1/l1-endpoint.ts'
import { toL1Block } from '#l1/to-l1-block.ts'
import { batchersOf, blobsOf } from '#services/da-watcher/blocks/response.ts'
import type { Lookup } from '#services/da-watcher/ports.ts'
import type { BlobSource } from './blob-source.ts'
import type { BlockMemory } from './block-memory.ts'
import type { DiskCache } from './disk-cache.ts'
import { packL1Block, unpackL1Block } from '#l1/packed-l1-block.ts'

/** Where a block or blob was found. */
export type FoundIn = 'memory' | 'disk' | 'l1'

/** The sources of blocks, in the order in which they are tried: memory, disk, pool. */
export interface BlockFetcherOptions {
  readonly config: RollupConfig
  readonly pool: EndpointPool<L1Endpoint>
  readonly blobs: BlobSource
  readonly memory: BlockMemory
  /** Undefined: nothing is stored on disk. */
  readonly disk: DiskCache | undefined
  /** Whether an endpoint is trusted. Blocks on disk may then come from this endpoint, so they are not verified again. */
  readonly isTrusted?: boolean
  readonly log: Pick<Logger, 'warn'>
  readonly onFound?: (what: 'block' | 'blob', where: FoundIn) => void
}

/** Number or hash of a block. */
type Key = bigint | Hash

/** Fetches L1 blocks and their blobs once, and stores them in memory and on disk. */
export class BlockFetcher {
  readonly #options: BlockFetcherOptions
  /** The highest block that the cache marked as final before this run; undefined before the cache was read. */
  #earlier: { readonly final: BlockId | undefined } | undefined
  #marksCheck: Promise<boolean> | undefined
  readonly #inFlight = new Map<Key, Promise<L1Block | undefined>>()
  readonly #blobsInFlight = new Map<Hash, Promise<ReadonlyMap<Hash, Uint8Array>>>()

  constructor(options: BlockFetcherOptions) {
    this.#options = options
  }

  /** The requested block, with the blobs of its batchers. @throws the faults of the pools */
  async fetch(request: FetchL1BlockRequest, lookup: Lookup): Promise<L1Block | undefined> {
    const block = await this.#find(request.block, lookup)
    if (block === undefined) return undefined
    const hashes = blobsOf(block, batchersOf(request, block, this.#options.config))
    if (hashes.length === 0) return block
    return withBlobs(block, await this.#findBlobs(block, hashes))
  }

  /** Records on disk that a block is final. */
  markFinal(block: BlockId): void {
    this.#readEarlier()
    this.#options.disk?.use((cache) => cache.markFinal(block))
  }

  #find(wanted: FetchL1BlockRequest['block'], lookup: Lookup): Promise<L1Block | undefined> {
    if (wanted.kind === 'hash') return this.#once(wanted.hash, () => this.#findByHash(wanted.hash))
    const { number } = wanted
    return this.#once(number, () =>
      lookup.kind === 'endpoints-only'
        ? this.#fetchFromL1(number)
        : this.#findByNumber(number, lookup.canonical),
    )
  }

  /** Concurrent requests for one block share a fetch. */
  #once(key: Key, find: () => Promise<L1Block | undefined>): Promise<L1Block | undefined> {
    const running = this.#inFlight.get(key)
    if (running !== undefined) return running
    const started = find().finally(() => this.#inFlight.delete(key))
    this.#inFlight.set(key, started)
    return started
  }

  async #findByNumber(number: bigint, canonical: Hash | undefined): Promise<L1Block | undefined> {
    const hash = canonical ?? (await this.#canonicalOnDisk(number))
    const found = hash === undefined ? undefined : await this.#findStored(hash)
    return found ?? this.#fetchFromL1(number)
  }

  async #findByHash(hash: Hash): Promise<L1Block | undefined> {
    return (await this.#findStored(hash)) ?? this.#fetchFromL1(hash)
  }

  /**
   * Hash of the stored block that is canonical at a number: the block marked as final, else the block that L1 reports.
   */
  async #canonicalOnDisk(number: bigint): Promise<Hash | undefined> {
    const stored = this.#options.disk?.use((cache) => cache.blocksAt(number)) ?? []
    if (stored.length === 0) return undefined
    const final = stored.find(({ isFinal }) => isFinal)
    if (final !== undefined && (await this.#areMarksTrue())) return final.hash
    const header = await this.#fetchHeader(number)
    return stored.find(({ hash }) => hash === header?.ref.hash)?.hash
  }

  #fetchHeader(number: bigint): Promise<VerifiedL1Header | undefined> {
    return this.#options.pool.ask((endpoint, signal) => endpoint.fetchHeader(number, { signal }))
  }

  /**
   * Whether the blocks that the cache marks as final belong to this L1. Concurrent requests share a check; the check is
   * repeated until L1 answers.
   */
  async #areMarksTrue(): Promise<boolean> {
    this.#marksCheck ??= this.#checkMarks()
    const check = this.#marksCheck
    const areTrue = await check
    if (!areTrue && this.#marksCheck === check) this.#marksCheck = undefined
    return areTrue
  }

  /**
   * Compares with L1 the highest block that was marked as final before this run. If the block differs, removes all
   * marks. A chain for development may begin again with the same chain id and the same genesis: only its higher blocks
   * differ.
   */
  async #checkMarks(): Promise<boolean> {
    const earlier = this.#readEarlier()
    if (earlier === undefined) return false
    const { final } = earlier
    if (final === undefined) return true
    const canonical = await this.#canonicalAt(final.number)
    if (canonical === undefined || canonical === final.hash) return canonical === final.hash
    const { disk, log } = this.#options
    log.warn(
      { marked: final, canonical },
      'the L1 cache belongs to another L1 with this chain id: its blocks do not count as final',
    )
    disk?.use((cache) => {
      cache.unmarkFinal()
      this.#earlier = { final: undefined }
    })
    return false
  }

  /** Hash of the canonical block at a number; undefined if L1 does not answer or does not have the block. */
  async #canonicalAt(number: bigint): Promise<Hash | undefined> {
    try {
      return (await this.#fetchHeader(number))?.ref.hash
    } catch (error) {
      if (isFault(error, 'l1-unavailable')) return undefined
      throw error
    }
  }

  /** Reads the highest block that earlier runs marked as final, before this run marks a block. */
  #readEarlier(): { readonly final: BlockId | undefined } | undefined {
    this.#earlier ??= this.#options.disk?.use((cache) => {
      return { final: cache.highestFinal() }
    })
    return this.#earlier
  }

  async #findStored(hash: Hash): Promise<L1Block | undefined> {
    const { memory, onFound, log } = this.#options
    const inMemory = memory.block(hash)
    if (inMemory !== undefined) {
      onFound?.('block', 'memory')
      return inMemory
    }
    const { disk, isTrusted = false } = this.#options
    const packed = disk?.use((cache) => cache.block(hash))
    if (packed === undefined) return undefined
    try {
      const block = this.#toBlock(await unpackL1Block(packed, { isTrusted }))
      if (block.hash !== hash) throw new DecodeError(`it has block ${block.hash}`)
      onFound?.('block', 'disk')
      return block
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      log.warn({ l1: hash, error }, 'a block in the cache is broken')
      return undefined
    }
  }

  async #fetchFromL1(key: Key): Promise<L1Block | undefined> {
    const { pool, onFound } = this.#options
    const fetched = await unlessBehind(
      pool.ask(async (endpoint, signal) => {
        const found = await endpoint.fetchBlock(key, { signal })
        if (found !== undefined) return found
        const detail = `${endpoint.name}: it has no block ${key}`
        throw new Fault('l1-behind', { detail })
      }),
    )
    if (fetched === undefined) return undefined
    onFound?.('block', 'l1')
    const block = this.#toBlock(fetched)
    await this.#store(block, fetched)
    return block
  }

  #toBlock(verified: VerifiedL1Block): L1Block {
    const block = toL1Block({ ...verified, blobs: new Map() }, this.#options.config)
    this.#options.memory.putBlock(block)
    return block
  }

  async #store(block: L1Block, verified: VerifiedL1Block): Promise<void> {
    const { disk } = this.#options
    if (disk?.isInUse !== true) return
    const packed = await packL1Block(verified)
    disk.use((cache) => cache.putBlock(block, packed))
  }

  async #findBlobs(
    block: L1Block,
    hashes: readonly Hash[],
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const found = new Map<Hash, Uint8Array>()
    for (const hash of hashes) {
      const blob = this.#storedBlob(hash)
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

  #storedBlob(hash: Hash): Uint8Array | undefined {
    const { memory, onFound } = this.#options
    const inMemory = memory.blob(hash)
    if (inMemory !== undefined) {
      onFound?.('blob', 'memory')
      return inMemory
    }
    const onDisk = this.#options.disk?.use((cache) => cache.blob(hash))
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
      this.#options.disk?.use((cache) => cache.putBlob(hash, block.number, blob))
    }
    return fetched
  }
}

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
