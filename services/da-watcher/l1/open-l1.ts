import { endpointLog } from '#l1/endpoint-log.ts'
import { removeFile } from '#runtime/sqlite.ts'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type * as z from 'zod'
import { BlobCommitments } from '#l1/blob-commitments.ts'
import type { EndpointPool } from '#l1/endpoint-pool.ts'
import { subscribeHeads } from '#l1/head-subscription.ts'
import { cacheFile, L1Cache } from '#l1/l1-cache.ts'
import type { L1Endpoint } from '#l1/l1-endpoint.ts'
import { openEndpoints, type OpenedEndpoints } from '#l1/open-endpoints.ts'
import { parseHeaderLines, readHeadersFile } from '#json-rpc/header-lines.ts'
import { SharedSlotTimes } from '#l1/slot-times.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toAddress } from '#protocol/codec/hex.ts'
import { unsafeBlockSignerSlot } from '#protocol/derivation/system-config-contract.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Clock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import type { config } from '#services/da-watcher/config.ts'
import { type Metrics, registerGauges } from '#services/da-watcher/metrics.ts'
import type { L1, L1Head } from '#services/da-watcher/ports.ts'
import { BlobSource } from './blob-source.ts'
import { BlockFetcher } from './block-fetcher.ts'
import { BlockMemory } from './block-memory.ts'
import { DiskCache } from './disk-cache.ts'
import { openBeacons } from './open-beacons.ts'
import { readHeads, toL1Head } from './read-heads.ts'

/** Settings of the endpoints and the cache. */
export type L1Settings = Pick<
  z.output<typeof config>,
  | 'l1RpcUrls'
  | 'l1BeaconUrls'
  | 'l1BeaconArchiveUrls'
  | 'l1BeaconGenesisTime'
  | 'l1BeaconHeader'
  | 'l1BeaconHeadersFile'
  | 'l1RpcHeadersFile'
  | 'l1BeaconSlotSeconds'
  | 'l1TrustedUrls'
  | 'l1TimeoutMs'
  | 'l1RpcMaxBatchSize'
  | 'l1RateLimit'
  | 'dataDir'
  | 'cacheMib'
>

/** Dependencies of the endpoints and the cache. */
export interface OpenL1Context {
  readonly config: RollupConfig
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
  readonly metrics: Metrics
  readonly registry: Registry
  /** Called with the problem of a cache on disk that failed, and with undefined when it works again. */
  readonly onCacheProblem: (problem: string | undefined) => void
  /** Verifies blobs; by default a new `BlobCommitments`, whose first use takes seconds. */
  readonly commitments?: BlobCommitments | undefined
}

/** L1, and how to close it. */
export interface OpenedL1 {
  readonly l1: L1
  /** Closes all connections and the cache. */
  readonly close: () => Promise<void>
}

const mebibyte = 1024 * 1024

/** Maximum size of the blocks and blobs that are kept in memory for repeated requests. */
const memoryBytes = 16 * mebibyte

/**
 * Opens the endpoints and the cache of L1.
 *
 * @throws Fault `settings` if a trusted endpoint is not among the endpoints
 */
export function openL1(settings: L1Settings, context: OpenL1Context): OpenedL1 {
  refuseUnknownTrusted(settings)
  const { clock, config: rollup, log, metrics, registry, signal } = context
  const { l1RateLimit: rateLimit, l1TrustedUrls: trustedUrls = [] } = settings
  const disk = openDisk(settings, context)
  const note = endpointLog(log, clock)
  const onFailure = (fault: Fault) => {
    metrics.failed(fault.code)
    note(fault)
  }
  const rpcs = openEndpoints(settings, {
    clock,
    chainId: rollup.l1ChainId,
    trustedUrls,
    rateLimit,
    onCall: (method) => metrics.called(method),
    onFailure,
  })
  const [beacons, archives] = openAllBeacons(settings, { ...context, onFailure })
  const memory = new BlockMemory(memoryBytes)
  const blobs = new BlobSource({
    beacons: beacons.pool,
    archives: archives.pool,
    onCall: () => metrics.called('beacon'),
  })
  const onFound: Metrics['found'] = (what, where) => metrics.found(what, where)
  const { pool } = rpcs
  const isTrusted = trustedUrls.some((url) => settings.l1RpcUrls.includes(url))
  const stores = { memory, disk, isTrusted }
  const fetcher = new BlockFetcher({ config: rollup, pool, blobs, ...stores, log, onFound })
  registerGauges(registry, {
    ratings: () => [pool, beacons.pool, archives.pool].flatMap(({ ratings }) => ratings),
    bytes: () => ({ memory: memory.bytes, disk: disk?.bytes ?? 0 }),
  })
  const systemConfig = rollup.l1SystemConfigAddress
  return {
    l1: {
      endpoints: pool.size,
      readHeads: (query) => readHeads({ pool, systemConfig }, query),
      onHead: (listener) => followHeads(rpcs, { listener, clock, signal, systemConfig }),
      noteLag: (endpoint, blocks) => pool.noteLag(endpoint, blocks),
      fetchBlock: (request, lookup) => fetcher.fetch(request, lookup),
      markFinal: (block) => fetcher.markFinal(block),
      fetchUnsafeBlockSigner: (at) => fetchSigner(pool, { at, systemConfig }),
    },
    close: async () => {
      await Promise.all([rpcs.close(), beacons.close(), archives.close()])
      disk?.close()
    },
  }
}

/** Refuses a trusted endpoint that is not among the endpoints, because that is a mistake in the settings. */
function refuseUnknownTrusted(settings: L1Settings): void {
  const { l1RpcUrls, l1BeaconUrls = [], l1BeaconArchiveUrls = [], l1TrustedUrls = [] } = settings
  const known = new Set([...l1RpcUrls, ...l1BeaconUrls, ...l1BeaconArchiveUrls])
  const unknown = l1TrustedUrls.find((url) => !known.has(url))
  if (unknown === undefined) return
  const detail = `--l1-trusted-urls: ${new URL(unknown).origin} is not an endpoint of L1 in the settings`
  throw new Fault('settings', { detail })
}

/** Opens the beacon endpoints and the archives. */
function openAllBeacons(
  settings: L1Settings,
  context: OpenL1Context & { readonly onFailure: (fault: Fault) => void },
) {
  const { l1BeaconUrls = [], l1BeaconArchiveUrls = [], l1TrustedUrls = [], l1TimeoutMs } = settings
  const { clock, commitments = new BlobCommitments(), config: rollup, onFailure } = context
  const { l1BeaconGenesisTime, l1BeaconSlotSeconds, l1BeaconHeader = '' } = settings
  const fromFile = readHeadersFile(settings.l1BeaconHeadersFile, [
    ...l1BeaconUrls,
    ...l1BeaconArchiveUrls,
  ])
  const [primary] = l1BeaconUrls
  const single = parseHeaderLines(l1BeaconHeader, '--l1-beacon-header').get('')
  // As in op-node, the header of --l1-beacon-header is sent only to the first beacon endpoint.
  const headersOf = (url: string) => ({ ...(url === primary && single), ...fromFile(url) })
  const slotTimes = new SharedSlotTimes(rollup.l1ChainId, {
    genesisTime: l1BeaconGenesisTime === undefined ? undefined : BigInt(l1BeaconGenesisTime),
    slotMs: l1BeaconSlotSeconds === undefined ? undefined : BigInt(l1BeaconSlotSeconds) * 1_000n,
  })
  const options = {
    headersOf,
    slotTimes,
    trustedUrls: l1TrustedUrls,
    timeoutMs: l1TimeoutMs,
    clock,
    commitments,
    onFailure,
  }
  return [
    openBeacons({ ...options, urls: l1BeaconUrls, what: 'L1 beacon endpoint' }),
    openBeacons({ ...options, urls: l1BeaconArchiveUrls, what: 'L1 beacon archive' }),
  ] as const
}

function openDisk(
  { dataDir, cacheMib }: L1Settings,
  { clock, config, log, onCacheProblem }: OpenL1Context,
): DiskCache | undefined {
  if (dataDir === undefined) return undefined
  const path = join(dataDir, cacheFile)
  const onReplaced = (error: Fault) =>
    log.warn({ error }, 'the L1 cache was unusable and is empty now; its data are fetched again')
  const open = ({ isFresh }: { readonly isFresh: boolean }) => {
    mkdirSync(dataDir, { recursive: true })
    if (isFresh) removeFile(path)
    const { l1ChainId: chainId } = config
    return new L1Cache(path, { maxBytes: cacheMib * mebibyte, chainId, onReplaced })
  }
  const disk = new DiskCache({ open, clock, log, onProblem: onCacheProblem })
  // Opens the cache now, so that a problem shows at the start and not at the first block.
  disk.use(() => undefined)
  return disk
}

/** Subscribes to the heads of all WebSocket endpoints. */
function followHeads(
  { endpoints, headersOf }: OpenedEndpoints,
  {
    listener,
    clock,
    signal: stopped,
    systemConfig,
  }: {
    readonly listener: (head: L1Head) => void
    readonly clock: Clock
    readonly signal: AbortSignal
    readonly systemConfig: Address
  },
): () => void {
  const ended = new AbortController()
  const signal = AbortSignal.any([stopped, ended.signal])
  for (const { url, endpoint } of endpoints) {
    if (!/^wss?:/iu.test(url)) continue
    const onHeader = (json: unknown) => {
      try {
        const header = endpoint.readHeader('latest', json)
        if (header !== undefined && endpoint.isOfChain) listener(toL1Head(header, systemConfig))
      } catch (error) {
        // An invalid announcement is ignored: heads are polled as well, and in a poll a wrong answer counts against the
        // score of the endpoint.
        if (!(error instanceof DecodeError)) throw error
      }
    }
    void subscribeHeads({ url, headers: headersOf(url), clock, signal, onHeader })
  }
  return () => ended.abort()
}

function fetchSigner(
  pool: EndpointPool<L1Endpoint>,
  { at, systemConfig }: { readonly at: L1BlockRef; readonly systemConfig: Address },
): Promise<Address> {
  return pool.ask(async (endpoint, signal) => {
    const place = { address: systemConfig, slot: unsafeBlockSignerSlot }
    const word = await endpoint.fetchStorage(place, at, { signal })
    return toAddress(word.subarray(-20))
  })
}
