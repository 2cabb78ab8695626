import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { Hash } from '#protocol/primitives.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { BeaconClient } from '#l1/beacon-client.ts'
import type { EndpointPool } from '#l1/endpoint-pool.ts'

/** Endpoints from which blobs are fetched. */
export interface BlobSourceOptions {
  readonly beacons: EndpointPool<BeaconClient>
  /** Queried for blobs that no beacon endpoint returned, such as pruned blobs. */
  readonly archives: EndpointPool<BeaconClient>
  /** Called before each request. */
  readonly onCall?: () => void
}

/**
 * Fetches blobs from beacon endpoints, then from archives. `BeaconClient` verifies the answers of endpoints that are
 * not trusted.
 */
export class BlobSource {
  readonly #options: BlobSourceOptions

  constructor(options: BlobSourceOptions) {
    this.#options = options
  }

  /**
   * The blobs of a block with these versioned hashes.
   *
   * @throws Fault `blobs-missing` that says why the endpoints did not return the blobs
   */
  async fetch(
    { number, timestamp }: Pick<L1BlockRef, 'number' | 'timestamp'>,
    hashes: readonly Hash[],
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    if (hashes.length === 0) return new Map()
    const { beacons, archives } = this.#options
    if (beacons.size + archives.size === 0)
      throw new Fault('blobs-missing', {
        detail: `the batcher posted blobs in L1 block ${number}, and no beacon API is set: give --l1-beacon-urls`,
      })
    const failures: Fault[] = []
    for (const pool of [beacons, archives]) {
      if (pool.size === 0) continue
      try {
        return await this.#fetchFrom(pool, timestamp, new Set(hashes))
      } catch (error) {
        if (!isFault(error) || error.code === 'aborted') throw error
        failures.push(error)
      }
    }
    const advice =
      archives.size === 0 ? '; old blobs need an archive, see --l1-beacon-archive-urls' : ''
    const reasons = failures.map(({ message }) => message).join(' | ')
    throw new Fault('blobs-missing', {
      detail: `no endpoint has the blobs of L1 block ${number}: ${reasons}${advice}`,
      cause: new AggregateError(failures),
    })
  }

  #fetchFrom(
    pool: EndpointPool<BeaconClient>,
    timestamp: bigint,
    hashes: ReadonlySet<Hash>,
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    return pool.ask(async (beacon, signal) => {
      this.#options.onCall?.()
      return beacon.fetchBlobs(timestamp, hashes, { signal })
    })
  }
}
