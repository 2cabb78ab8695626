import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { Serial } from '#runtime/serial.ts'
import { cacheFile, L1Cache } from './l1-cache.ts'
import {
  inboxBlobsOf,
  type RecordableL1Block,
  type RecordableL1Source,
  withBlobs,
} from './l1-client.ts'
import type { VerifiedL1Block } from './l1-endpoint.ts'
import type { L1View } from './to-l1-block.ts'
import { unpackL1Block } from './packed-l1-block.ts'

/** L1 from the cache of da-watcher, without endpoints. Each block is verified again, unless the cache is trusted. */
export class CachedL1 implements RecordableL1Source {
  /** The name for error messages. */
  readonly name: string
  readonly #cache: L1Cache
  readonly #view: L1View
  readonly #isTrusted: boolean
  readonly #serial = new Serial()
  #last: VerifiedL1Block['block'] | undefined

  /**
   * @param folder the data folder of da-watcher
   * @param options `isTrusted`: blocks are not verified, because da-watcher may have stored them from a trusted
   * endpoint without verifying them
   * @throws Fault `settings` if the folder has no cache
   */
  constructor(folder: string, view: L1View, { isTrusted = false } = {}) {
    const path = join(folder, cacheFile)
    if (!existsSync(path)) {
      const detail = `${path} does not exist: give the folder that is the --data-dir of da-watcher`
      throw new Fault('settings', { detail })
    }
    this.name = `the cache in ${folder}`
    this.#cache = new L1Cache(path, { maxBytes: Number.POSITIVE_INFINITY })
    this.#view = view
    this.#isTrusted = isTrusted
  }

  /**
   * A block with its cached blobs. If several blocks have this number, returns the final block. If there is no final
   * block, prefers a child of the block that the previous call of `fetchBlock` returned.
   *
   * @throws Fault `l1-cache` if the block is damaged
   */
  fetchBlock(number: bigint): Promise<RecordableL1Block | undefined> {
    return this.#serial.run(async () => {
      const found = await this.#choose(number)
      if (found === undefined) return undefined
      this.#last = found.block
      const blobs = new Map<Hash, Uint8Array>()
      for (const hash of inboxBlobsOf({ ...found, blobs }, this.#view)) {
        const blob = this.#cache.blob(hash)
        if (blob !== undefined) blobs.set(hash, blob)
      }
      return withBlobs(found, blobs)
    })
  }

  close(): void {
    this.#cache.close()
  }

  /**
   * Chooses a block at a number: the final block, otherwise a child of the block that was fetched last. If there are
   * several children, prefers a child that itself has a child in the cache.
   */
  async #choose(number: bigint): Promise<VerifiedL1Block | undefined> {
    const cached = this.#cache.blocksAt(number)
    const final = cached.find(({ isFinal }) => isFinal)
    const candidates = await Promise.all(
      (final === undefined ? cached : [final]).map(({ hash }) => this.#read(hash)),
    )
    const last = this.#last
    const isChild = ({ block: { header } }: VerifiedL1Block) =>
      last?.header.number !== number - 1n || header.parentHash === last.hash
    const fitting = candidates.filter(isChild)
    if (fitting.length < 2) return fitting[0] ?? candidates[0]
    const above = await Promise.all(
      this.#cache.blocksAt(number + 1n).map(({ hash }) => this.#read(hash)),
    )
    const parents = new Set(above.map(({ block }) => block.header.parentHash))
    return fitting.find(({ block }) => parents.has(block.hash)) ?? fitting[0]
  }

  async #read(hash: Hash): Promise<VerifiedL1Block> {
    try {
      return await unpackL1Block(this.#cache.block(hash) ?? new Uint8Array(0), {
        isTrusted: this.#isTrusted,
      })
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause
      const detail = `${this.name}: block ${hash} is damaged: ${cause.message}`
      throw new Fault('l1-cache', { detail, cause })
    }
  }
}
