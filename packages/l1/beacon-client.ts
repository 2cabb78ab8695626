import { isFinalAnswer, isRateLimit } from '#json-rpc/rpc-status.ts'
import * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'
import { blobBytes } from '#protocol/channel/blob.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import type { FaultCode } from '#runtime/fault-codes.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { hexJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { Endpoint } from '#json-rpc/endpoint.ts'
import { pauseMs } from '#json-rpc/json-rpc-client.ts'
import { BlobCommitments, versionedHashOf } from './blob-commitments.ts'
import { SharedSlotTimes, slotAt, type SlotTimes } from './slot-times.ts'

/** The endpoint, and how it is queried. */
export interface BeaconOptions {
  readonly url: string
  /** Headers of each request, such as an API key. */
  readonly headers?: Readonly<Record<string, string>>
  /** Timeout of one request, from its first byte to the last byte of the answer. */
  readonly timeoutMs: number
  /** Number of attempts per request. */
  readonly rounds: number
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** Slot times that the endpoints of one L1 share. Without this option, the endpoint has to serve its slot times. */
  readonly slotTimes?: SharedSlotTimes
  /** Computes commitments. Clients should share one instance, because its first use takes seconds. */
  readonly commitments?: BlobCommitments
  /**
   * Whether the commitments of sidecars are used without verification. This saves 50 ms per blob. Set it only for the
   * operator's own endpoints.
   */
  readonly isTrusted?: boolean
}

/**
 * Limit on the size of an answer. 128 blobs in hex with their sidecars are smaller. No fork allows this many blobs per
 * block yet.
 */
const maxResponseBytes = 64 * 1024 * 1024

/** Number of characters that an error message quotes from an answer that is not JSON. */
const maxExcerpt = 500

/** HTTP statuses of a path that the node does not serve, or that has no data. */
const absentStatuses: readonly number[] = [400, 404, 405, 410, 501]

function isAbsentStatus(fault: Fault): boolean {
  return isFault(fault, 'rpc-status') && absentStatuses.includes(fault.fields.status)
}

const decimal = z
  .string()
  .regex(/^\d{1,19}$/, 'want a decimal number')
  .transform(BigInt)
const genesisJson = z.object({ data: z.object({ genesis_time: decimal }) })
const specJson = z.object({
  data: z
    .object({ SECONDS_PER_SLOT: decimal.optional(), SLOT_DURATION_MS: decimal.optional() })
    .transform(({ SECONDS_PER_SLOT, SLOT_DURATION_MS }) => {
      return SLOT_DURATION_MS ?? (SECONDS_PER_SLOT ?? 0n) * 1_000n
    })
    .refine((slotMs) => slotMs > 0n, 'want SLOT_DURATION_MS or SECONDS_PER_SLOT above 0'),
})
const blobsJson = z
  .object({ data: z.array(hexJson) })
  .transform(({ data }) => data.map((blob): AnsweredBlob => ({ blob, commitment: undefined })))
const sidecarsJson = z
  .object({ data: z.array(z.looseObject({ blob: hexJson, kzg_commitment: hexJson.optional() })) })
  .transform(({ data }) =>
    data.map((sidecar): AnsweredBlob => {
      return { blob: sidecar.blob, commitment: sidecar.kzg_commitment }
    }),
  )

/** A blob as a node returned it. */
interface AnsweredBlob {
  readonly blob: Uint8Array
  /** Undefined if the path does not answer with commitments. */
  readonly commitment: Uint8Array | undefined
}

/** A path of the beacon API that serves blobs. */
interface BlobPath {
  readonly path: (slot: bigint, versionedHashes: ReadonlySet<Hash>) => string
  readonly schema: z.ZodType<readonly AnsweredBlob[]>
}

/** The two paths that serve blobs. The newer path comes first. */
const blobPaths: readonly BlobPath[] = [
  {
    path: (slot, hashes) =>
      `/eth/v1/beacon/blobs/${slot}?${[...hashes].map((hash) => `versioned_hashes=${hash}`).join('&')}`,
    schema: blobsJson,
  },
  { path: (slot) => `/eth/v1/beacon/blob_sidecars/${slot}`, schema: sidecarsJson },
]

/** HTTP statuses of a path that the node does not serve. */
const missingStatuses: readonly number[] = [404, 405, 501]

/** Time until the newer path is tried first again after it failed. */
const preferMs = 60_000

/** Time until the newer path is tried first again after the node answered that it does not serve the path. */
const preferMissingMs = 600_000

/** Time until an endpoint is queried again for the slot times that it did not serve. */
const slotsRetryMs = 60_000

/** Whether the fault affects both paths: the server does not answer at all, or limits calls. */
function isOfEndpoint(fault: Fault): boolean {
  return ['aborted', 'rpc-unreachable', 'rpc-timeout'].includes(fault.code) || isRateLimit(fault)
}

/** Fetches blobs from a beacon API of L1. Spec: beacon-APIs, `getBlobs`, and its predecessor `getBlobSidecars` */
export class BeaconClient {
  /** The URL without path and query, which may hold a key. */
  readonly name: string
  readonly #options: BeaconOptions
  readonly #endpoint: Endpoint
  readonly #commitments: BlobCommitments
  readonly #slotTimes: SharedSlotTimes
  #slots: SlotTimes | undefined
  #askSlotsAtMs = 0
  /** The path that is tried first until `#preferredUntilMs`. After that time, the newer path is tried first. */
  #preferred = 0
  #preferredUntilMs = 0

  /** @throws TypeError if the URL is invalid */
  constructor(options: BeaconOptions) {
    this.#options = options
    const { url, headers = {} } = options
    this.#endpoint = new Endpoint({ url, fixedHeaders: headers, maxResponseBytes })
    this.#commitments = options.commitments ?? new BlobCommitments()
    this.#slotTimes =
      options.slotTimes ?? new SharedSlotTimes(0n, { genesisTime: undefined, slotMs: undefined })
    this.name = this.#endpoint.name
  }

  /**
   * The blobs of an L1 block, matched by versioned hash. The node may return blobs in any order, among other blobs. If
   * one path of the API does not serve the blobs, the other path is tried.
   *
   * @param timestamp of the L1 block, in Unix seconds
   * @returns the blobs of all given hashes
   * @throws Fault `l1-behind` if the node does not have the blobs or pruned them; `l1-invalid` if the node returns
   * blobs, but not all requested blobs; otherwise the faults of `Endpoint`. The message has the node's answers on both
   * paths
   */
  async fetchBlobs(
    timestamp: bigint,
    versionedHashes: ReadonlySet<Hash>,
    { signal = this.#options.signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const slot = slotAt(await this.#loadSlots(signal), timestamp)
    const failures: Fault[] = []
    if (this.#options.clock.monotonicMs() >= this.#preferredUntilMs) this.#preferred = 0
    for (const way of blobPaths.keys().map((at) => (this.#preferred + at) % blobPaths.length)) {
      const { path, schema } = blobPaths[way] as BlobPath
      try {
        const answered = await this.#get(path(slot, versionedHashes), schema, signal)
        const found = await this.#match(slot, answered, versionedHashes)
        this.#prefer(way, failures)
        return found
      } catch (error) {
        if (!isFault(error) || isOfEndpoint(error)) throw error
        failures.push(error)
      }
    }
    // The slot may be wrong, because the endpoint may have served the slot times of another network.
    this.#slots = undefined
    throw this.#failureOf(failures, slot)
  }

  /**
   * Prefers the path that served the blobs. The preference lasts longer if the other path is missing than if it failed.
   */
  #prefer(way: number, failures: readonly Fault[]): void {
    if (way === this.#preferred) return
    const isMissing = failures.some(
      (fault) => isFault(fault, 'rpc-status') && missingStatuses.includes(fault.fields.status),
    )
    this.#preferred = way
    const forMs = isMissing ? preferMissingMs : preferMs
    this.#preferredUntilMs = this.#options.clock.monotonicMs() + forMs
  }

  /**
   * The requested blobs from an answer.
   *
   * @throws Fault `l1-behind` if the answer has no blobs; `l1-invalid` if it has blobs, but lacks a requested blob
   */
  async #match(
    slot: bigint,
    answered: readonly AnsweredBlob[],
    versionedHashes: ReadonlySet<Hash>,
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    if (answered.length === 0) throw this.#newFault('l1-behind', `no blobs at slot ${slot}`)
    // Blobs with other commitments need not be verified.
    const candidates = answered.filter(
      ({ commitment }) =>
        commitment === undefined || versionedHashes.has(versionedHashOf(commitment)),
    )
    const hashes = await Promise.all(candidates.map((each) => this.#versionedHash(each)))
    const found = new Map<Hash, Uint8Array>()
    for (const [at, { blob }] of candidates.entries()) {
      const hash = hashes[at]
      if (hash !== undefined && versionedHashes.has(hash)) found.set(hash, blob)
    }
    const missing = [...versionedHashes].find((hash) => !found.has(hash))
    if (missing === undefined) return found
    const what = `it returned ${answered.length} blobs for slot ${slot}, and ${missing} is not among them`
    throw this.#newFault('l1-invalid', what)
  }

  /** The versioned hash of a blob: from the commitment that a trusted endpoint returned, else from the blob itself. */
  async #versionedHash({ blob, commitment }: AnsweredBlob): Promise<Hash | undefined> {
    const isTrusted = this.#options.isTrusted === true && blob.length === blobBytes
    if (isTrusted && commitment !== undefined) return versionedHashOf(commitment)
    return this.#commitments.versionedHash(blob)
  }

  /** One fault for the failures of all paths, with the most severe code and all reasons. */
  #failureOf(failures: readonly Fault[], slot: bigint): Fault {
    const isAbsent = (fault: Fault) => fault.code === 'l1-behind' || isAbsentStatus(fault)
    const wrong = failures.find(({ code }) => code === 'l1-invalid')
    const other = failures.find((fault) => !isAbsent(fault))
    const reasons = [
      ...new Set(failures.map(({ detail = '' }) => detail.replace(`${this.name}: `, ''))),
    ]
    const detail = reasons.join('; ')
    const cause = new AggregateError(failures)
    if (wrong !== undefined) return this.#newFault('l1-invalid', detail, cause)
    if (other === undefined) {
      const absent = `it does not have the blobs of slot ${slot}, or not any more: ${detail}`
      return this.#newFault('l1-behind', absent, cause)
    }
    return new Fault<FaultCode>(other.code, {
      detail: `${this.name}: ${detail}`,
      cause,
      fields: other.fields,
    })
  }

  #newFault(code: 'l1-behind' | 'l1-invalid', what: string, cause?: unknown): Fault {
    const fields = { endpoint: this.name }
    return new Fault(code, { detail: `${this.name}: ${what}`, fields, cause })
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.#endpoint.close()
  }

  async #loadSlots(signal: AbortSignal | undefined): Promise<SlotTimes> {
    const { known, fallback } = this.#slotTimes
    if (known !== undefined) return known
    if (this.#slots !== undefined) return this.#slots
    const nowMs = this.#options.clock.monotonicMs()
    if (fallback !== undefined && nowMs < this.#askSlotsAtMs) return fallback
    try {
      this.#slots = this.#slotTimes.answered(await this.#fetchSlots(signal))
      return this.#slots
    } catch (error) {
      if (fallback === undefined || !isFault(error) || error.code === 'aborted') throw error
      this.#askSlotsAtMs = nowMs + slotsRetryMs
      return fallback
    }
  }

  async #fetchSlots(signal: AbortSignal | undefined): Promise<SlotTimes> {
    try {
      const genesis = await this.#get('/eth/v1/beacon/genesis', genesisJson, signal)
      const spec = await this.#get('/eth/v1/config/spec', specJson, signal)
      return { genesisTime: genesis.data.genesis_time, slotMs: spec.data }
    } catch (cause) {
      if (!isFault(cause) || !isAbsentStatus(cause)) throw cause
      const detail = `${this.name}: there is no beacon API at this URL, or the API does not serve slot times`
      throw new Fault('no-beacon', { detail, cause })
    }
  }

  async #get<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<z.output<Schema>> {
    const { rounds, clock, timeoutMs } = this.#options
    for (let round = 1; ; round++) {
      try {
        return this.#parse(await this.#endpoint.get(path, { timeoutMs, signal }), schema)
      } catch (error) {
        if (!isFault(error)) throw error
        const isFinal = error.code === 'aborted' || isFinalAnswer(error) || isAbsentStatus(error)
        if (isFinal || round >= rounds) throw error
        await sleep(clock, pauseMs(round, error), signal)
      }
    }
  }

  #parse<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
    try {
      return parseJson(schema, JSON.parse(text), 'answer')
    } catch (cause) {
      if (cause instanceof SyntaxError) {
        const start = JSON.stringify(this.#endpoint.clean(text.slice(0, maxExcerpt)).slice(0, 80))
        // eslint-disable-next-line atoll/use-caught-error -- the message of the cause quotes the text with its secrets
        throw new Fault('rpc-response', { detail: `${this.name}: not JSON: ${start}` })
      }
      if (!(cause instanceof DecodeError)) throw cause
      throw new Fault('rpc-response', { detail: `${this.name}: ${cause.message}`, cause })
    }
  }
}
