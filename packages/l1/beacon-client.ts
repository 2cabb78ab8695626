import { isFinalAnswer } from '#json-rpc/rpc-status.ts'
import * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Hash } from '#protocol/primitives.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { hexJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { Endpoint } from '#json-rpc/endpoint.ts'
import { pauseMs } from '#json-rpc/json-rpc-client.ts'
import { BlobCommitments } from './blob-commitments.ts'

/** The endpoint, and how it is queried. */
export interface BeaconOptions {
  readonly url: string
  /** Timeout of one request, from its first byte to the last byte of the answer. */
  readonly timeoutMs: number
  /** Number of attempts per request. */
  readonly rounds: number
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** Share one among clients: its first use takes seconds. */
  readonly commitments?: BlobCommitments
  /** Whether blobs are used without verification, which saves 50 ms per blob. Only for the operator's own endpoints. */
  readonly isTrusted?: boolean
}

/** 128 blobs in hex with their sidecars; no fork allows this many per block yet. */
const maxResponseBytes = 64 * 1024 * 1024

/** The path is not served, or there is no data at it. */
const absentStatuses: readonly unknown[] = [400, 404, 405, 410, 501]

const decimal = z
  .string()
  .regex(/^\d{1,19}$/, 'want a decimal number')
  .transform(BigInt)
const genesisJson = z.object({ data: z.object({ genesis_time: decimal }) })
const specJson = z.object({
  data: z.object({ SECONDS_PER_SLOT: decimal.refine((seconds) => seconds > 0n, 'want above 0') }),
})
const blobsJson = z.object({ data: z.array(hexJson) })
const sidecarsJson = z.object({ data: z.array(z.looseObject({ blob: hexJson })) })

/** Parameters from which the slot of a timestamp follows, in Unix seconds. */
interface Slots {
  readonly genesisTime: bigint
  readonly secondsPerSlot: bigint
}

/** Fetches blobs from a beacon API of L1. Spec: beacon-APIs, `getBlobs`, and its predecessor `getBlobSidecars` */
export class BeaconClient {
  /** The URL without path and query, which may hold a key. */
  readonly name: string
  readonly #options: BeaconOptions
  readonly #endpoint: Endpoint
  readonly #commitments: BlobCommitments
  #slots: Slots | undefined

  /** @throws TypeError if the URL is invalid */
  constructor(options: BeaconOptions) {
    this.#options = options
    this.#endpoint = new Endpoint({ url: options.url, maxResponseBytes })
    this.#commitments = options.commitments ?? new BlobCommitments()
    this.name = this.#endpoint.name
  }

  /**
   * The blobs of an L1 block by versioned hash. The node may return them in any order and among other blobs: each
   * is verified against its hash, unless the node is trusted.
   *
   * @param timestamp of the L1 block, in Unix seconds
   * @param versionedHashes in the order of the block
   * @returns all of them; an empty map if the node does not have the blobs of the block, or pruned them
   * @throws Fault `l1-invalid` if the node returns blobs, but not these; else as `Endpoint` does
   */
  async fetchBlobs(
    timestamp: bigint,
    versionedHashes: ReadonlySet<Hash>,
    { signal = this.#options.signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const { genesisTime, secondsPerSlot } = await this.#loadSlots(signal)
    const slot = (timestamp - genesisTime) / secondsPerSlot
    const answered = await this.#fetchSlot(slot, versionedHashes, signal)
    if (answered === undefined || answered.length === 0) return new Map()
    const found = await this.#match(answered, versionedHashes)
    const missing = [...versionedHashes].find((hash) => !found.has(hash))
    if (missing === undefined) return found
    const detail = `${this.name}: it returned ${answered.length} blobs for slot ${slot}, and ${missing} is not among them`
    const fields = { endpoint: this.name }
    throw new Fault('l1-invalid', { detail, fields })
  }

  async #match(
    blobs: readonly Uint8Array[],
    versionedHashes: ReadonlySet<Hash>,
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const found = new Map<Hash, Uint8Array>()
    const { isTrusted = false } = this.#options
    // Blobs requested by hash come in the order of the block. If their number differs, they have to be verified.
    if (isTrusted && blobs.length === versionedHashes.size) {
      for (const [at, hash] of [...versionedHashes].entries()) {
        const blob = blobs[at]
        if (blob !== undefined) found.set(hash, blob)
      }
      return found
    }
    const hashes = await Promise.all(blobs.map((blob) => this.#commitments.versionedHash(blob)))
    for (const [at, hash] of hashes.entries()) {
      const blob = blobs[at]
      if (hash !== undefined && blob !== undefined && versionedHashes.has(hash))
        found.set(hash, blob)
    }
    return found
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.#endpoint.close()
  }

  /** @returns undefined if the node has no blobs for the slot */
  async #fetchSlot(
    slot: bigint,
    versionedHashes: ReadonlySet<Hash>,
    signal: AbortSignal | undefined,
  ): Promise<readonly Uint8Array[] | undefined> {
    const query = [...versionedHashes].map((hash) => `versioned_hashes=${hash}`).join('&')
    const get = <Schema extends z.ZodType>(path: string, schema: Schema) =>
      this.#get(path, schema, signal)
    const blobs = await get(`/eth/v1/beacon/blobs/${slot}?${query}`, blobsJson)
    if (blobs !== undefined) return blobs.data
    const sidecars = await get(`/eth/v1/beacon/blob_sidecars/${slot}`, sidecarsJson)
    return sidecars?.data.map(({ blob }) => blob)
  }

  async #loadSlots(signal: AbortSignal | undefined): Promise<Slots> {
    this.#slots ??= await this.#fetchSlots(signal)
    return this.#slots
  }

  async #fetchSlots(signal: AbortSignal | undefined): Promise<Slots> {
    const genesis = await this.#get('/eth/v1/beacon/genesis', genesisJson, signal)
    const spec = await this.#get('/eth/v1/config/spec', specJson, signal)
    if (genesis !== undefined && spec !== undefined)
      return {
        genesisTime: genesis.data.genesis_time,
        secondsPerSlot: spec.data.SECONDS_PER_SLOT,
      }
    const detail = `${this.name}: there is no beacon API at this URL`
    throw new Fault('no-beacon', { detail })
  }

  /** @returns undefined if there is no data at the path */
  async #get<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<z.output<Schema> | undefined> {
    const { rounds, clock, timeoutMs } = this.#options
    for (let round = 1; ; round++) {
      try {
        return this.#parse(await this.#endpoint.get(path, { timeoutMs, signal }), schema)
      } catch (error) {
        if (!isFault(error)) throw error
        if (isFault(error, 'rpc-status') && absentStatuses.includes(error.fields.status))
          return undefined
        const isFinal = error.code === 'aborted' || isFinalAnswer(error)
        if (isFinal || round >= rounds) throw error
        await sleep(clock, pauseMs(round, error), signal)
      }
    }
  }

  #parse<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
    try {
      return parseJson(schema, JSON.parse(text), 'answer')
    } catch (cause) {
      if (!(cause instanceof SyntaxError) && !(cause instanceof DecodeError)) throw cause
      const detail = `${this.name}: ${cause.message}`
      throw new Fault('rpc-response', { detail, cause })
    }
  }
}
