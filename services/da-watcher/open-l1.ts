import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type * as z from 'zod'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Clock } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { BeaconClient } from '#l1/beacon-client.ts'
import { BlobCommitments } from '#l1/blob-commitments.ts'
import { EndpointPool } from '#l1/endpoint-pool.ts'
import { subscribeHeads } from '#l1/head-subscription.ts'
import type { L1Endpoint } from '#l1/l1-endpoint.ts'
import { openEndpoints } from '#l1/open-endpoints.ts'
import { BlobSource } from './blob-source.ts'
import { BlockFetcher } from './block-fetcher.ts'
import { BlockMemory } from './block-memory.ts'
import { cacheFile, L1Cache } from '#l1/l1-cache.ts'
import type { config } from './config.ts'
import { HeadWatch } from './head-watch.ts'
import type { L1Source } from './l1-source.ts'
import { type DaWatcherMetrics, registerDaWatcherGauges } from './metrics.ts'
import { NodeL1Source } from './node-l1-source.ts'
import { SignerReader } from './signer-reader.ts'

/** What of the settings says how L1 is asked. */
export type L1Settings = Pick<
  z.output<typeof config>,
  | 'l1RpcUrls'
  | 'l1BeaconUrls'
  | 'l1BeaconArchiveUrls'
  | 'l1TrustedUrls'
  | 'l1PollMs'
  | 'l1FinalityPollMs'
  | 'l1TimeoutMs'
  | 'l1RateLimit'
  | 'dataDir'
  | 'cacheMib'
>

/** What of a service is needed to ask L1. */
export interface OpenL1Context {
  readonly config: RollupConfig
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Pick<Logger, 'debug' | 'warn'>
  readonly metrics: DaWatcherMetrics
  readonly registry: Registry
  /** What blobs are checked with; one of its own if it is left out, whose first use takes seconds. */
  readonly commitments?: BlobCommitments | undefined
}

/** L1, and the end of all connections to it. */
export interface OpenedL1 {
  readonly l1: L1Source
  readonly close: () => Promise<void>
}

/** Safe and finalized are asked for as many times as seldom as the head, where nothing is said. */
const finalityPolls = 12

const mebibyte = 1024 * 1024

/** Blobs are large, and to check them takes a while: the next beacon node is not asked sooner. */
const beaconHedgeMs = 3_000

/** Blocks and blobs kept in memory for repeated requests. */
const memoryBytes = 16 * mebibyte

/**
 * Makes the source of L1 that settings describe.
 *
 * @throws Fault `settings` if an endpoint is trusted that is none, `l1-cache`
 */
export function openL1(settings: L1Settings, context: OpenL1Context): OpenedL1 {
  refuseStrangers(settings)
  const { clock, config: rollup, log, metrics, registry } = context
  const rpcs = openRpcs(settings, context)
  const [beacons, archives] = openBeacons(settings, context)
  const memory = new BlockMemory(memoryBytes)
  const disk = openDisk(settings)
  const watch = new HeadWatch({
    pool: rpcs.pool,
    clock,
    finalityPollMs: settings.l1FinalityPollMs ?? finalityPolls * settings.l1PollMs,
    onLag: (endpoint, blocks) =>
      log.warn({ endpoint, blocks: Number(blocks) }, 'an L1 endpoint is behind'),
  })
  const fetcher = new BlockFetcher({
    config: rollup,
    pool: rpcs.pool,
    blobs: new BlobSource({ beacons, archives, onCall: () => metrics.called('beacon') }),
    memory,
    disk,
    log,
    onFound: (what, where) => metrics.found(what, where),
  })
  const signer = new SignerReader({
    pool: rpcs.pool,
    contract: rollup.l1SystemConfigAddress,
    newest: () => watch.header,
  })
  const l1 = new NodeL1Source({ watch, fetcher, signer })
  registerDaWatcherGauges(registry, {
    ratings: () => [rpcs.pool, beacons, archives].flatMap(({ ratings }) => ratings),
    bytes: () => {
      return { memory: memory.bytes, disk: disk?.bytes ?? 0 }
    },
  })
  const ended = new AbortController()
  const signal = AbortSignal.any([context.signal, ended.signal])
  for (const { url, endpoint } of rpcs.announcing) followHeads(l1, { url, endpoint, clock, signal })
  return {
    l1,
    close: async () => {
      ended.abort()
      await Promise.all([rpcs.close(), beacons.close(), archives.close()])
      disk?.close()
    },
  }
}

/** A trusted endpoint that is not asked is a slip of the pen. */
function refuseStrangers(settings: L1Settings): void {
  const { l1RpcUrls, l1BeaconUrls = [], l1BeaconArchiveUrls = [], l1TrustedUrls = [] } = settings
  const known = new Set([...l1RpcUrls, ...l1BeaconUrls, ...l1BeaconArchiveUrls])
  const stranger = l1TrustedUrls.find((url) => !known.has(url))
  if (stranger === undefined) return
  const detail = `--l1-trusted-urls: ${new URL(stranger).origin} is none of the endpoints of L1`
  throw new Fault('settings', { detail })
}

function openRpcs(
  settings: L1Settings,
  { clock, config: { l1ChainId: chainId }, log, metrics }: OpenL1Context,
) {
  const { pool, endpoints, close } = openEndpoints(settings, {
    clock,
    chainId,
    trustedUrls: settings.l1TrustedUrls ?? [],
    rateLimit: settings.l1RateLimit,
    onCall: (method) => metrics.called(method),
    onFailure: (fault) => noteFailure(fault, { log, metrics }),
  })
  return { pool, announcing: endpoints.filter(({ url }) => /^wss?:/iu.test(url)), close }
}

/** Beacon nodes, and those that keep what is old. */
function openBeacons(
  { l1BeaconUrls = [], l1BeaconArchiveUrls = [], l1TrustedUrls = [], l1TimeoutMs }: L1Settings,
  { clock, log, metrics, commitments = new BlobCommitments() }: OpenL1Context,
) {
  const all = [...l1BeaconUrls, ...l1BeaconArchiveUrls]
  if (all.some((url) => !l1TrustedUrls.includes(url))) commitments.prepare()
  const open = (urls: readonly string[], what: string) => {
    const clients = urls.map((url) => {
      const isTrusted = l1TrustedUrls.includes(url)
      const options = { url, timeoutMs: l1TimeoutMs, rounds: 1, clock, commitments, isTrusted }
      return new BeaconClient(options)
    })
    const onFailure = (fault: Fault) => noteFailure(fault, { log, metrics })
    const pool = new EndpointPool({
      endpoints: clients,
      clock,
      what,
      onFailure,
      leastHedgeMs: beaconHedgeMs,
    })
    const close = async () => {
      await Promise.all(clients.map((client) => client.close()))
    }
    return Object.assign(pool, { close })
  }
  return [
    open(l1BeaconUrls, 'L1 beacon endpoint'),
    open(l1BeaconArchiveUrls, 'L1 beacon archive'),
  ] as const
}

function noteFailure(fault: Fault, { log, metrics }: Pick<OpenL1Context, 'log' | 'metrics'>): void {
  metrics.failed(fault.code)
  // A lie is rare, and its teller should hear of it; the rest is scored, and told if nobody is left.
  if (isFault(fault, 'l1-invalid'))
    log.warn({ error: fault }, 'an L1 endpoint told what is not true')
  else log.debug({ error: fault }, 'an L1 endpoint failed')
}

function openDisk({ dataDir, cacheMib }: L1Settings): L1Cache | undefined {
  if (dataDir === undefined) return undefined
  mkdirSync(dataDir, { recursive: true })
  return new L1Cache(join(dataDir, cacheFile), { maxBytes: cacheMib * mebibyte })
}

function followHeads(
  l1: NodeL1Source,
  {
    url,
    endpoint,
    clock,
    signal,
  }: {
    readonly url: string
    readonly endpoint: L1Endpoint
    readonly clock: Clock
    readonly signal: AbortSignal
  },
): void {
  const onHeader = (json: unknown) => {
    try {
      const header = endpoint.readHeader('latest', json)
      if (header !== undefined && endpoint.isOfChain) l1.announced(header)
    } catch (error) {
      // Heads are asked for as well, and there the same lie is scored.
      if (!(error instanceof DecodeError)) throw error
    }
  }
  void subscribeHeads({ url, clock, signal, onHeader })
}
