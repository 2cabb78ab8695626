import { BeaconClient } from '#l1/beacon-client.ts'
import type { BlobCommitments } from '#l1/blob-commitments.ts'
import { EndpointPool } from '#l1/endpoint-pool.ts'
import type { SharedSlotTimes } from '#l1/slot-times.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Fault } from '#runtime/fault.ts'

/**
 * Delay before the next beacon endpoint is queried too. The delay is long, because fetching and verifying blobs takes
 * long.
 */
const beaconHedgeMs = 3_000

/** How beacon endpoints are queried. */
export interface OpenBeaconsOptions {
  readonly urls: readonly string[]
  /** Name of this kind of endpoint, such as `L1 beacon endpoint`. */
  readonly what: string
  /** Endpoints whose blobs are not verified. */
  readonly trustedUrls: readonly string[]
  readonly timeoutMs: number
  readonly headersOf: (url: string) => Readonly<Record<string, string>>
  readonly slotTimes: SharedSlotTimes
  readonly clock: Clock
  /** Verifies blobs. */
  readonly commitments: BlobCommitments
  readonly onFailure: (fault: Fault) => void
}

/** Beacon endpoints. */
export interface OpenedBeacons {
  readonly pool: EndpointPool<BeaconClient>
  /** Closes all connections. */
  close(): Promise<void>
}

/** Makes a client for each beacon endpoint, and a pool of these clients. Each client connects at its first call. */
export function openBeacons({
  urls,
  what,
  trustedUrls,
  timeoutMs,
  headersOf,
  slotTimes,
  clock,
  commitments,
  onFailure,
}: OpenBeaconsOptions): OpenedBeacons {
  if (urls.length > 0) commitments.prepare()
  const endpoints = urls.map((url) => {
    const isTrusted = trustedUrls.includes(url)
    return new BeaconClient({
      url,
      timeoutMs,
      rounds: 1,
      headers: headersOf(url),
      slotTimes,
      clock,
      commitments,
      isTrusted,
    })
  })
  return {
    pool: new EndpointPool({ endpoints, clock, what, onFailure, leastHedgeMs: beaconHedgeMs }),
    close: async () => {
      await Promise.all(endpoints.map((client) => client.close()))
    },
  }
}
