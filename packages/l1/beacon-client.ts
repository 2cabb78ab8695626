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

/** Where and how to ask. */
export interface BeaconOptions {
  readonly url: string
  /** Of one request, from its first byte to the last of its answer. */
  readonly timeoutMs: number
  /** How often a request is made before it fails. */
  readonly rounds: number
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** Shared, if there are several: the first use of one takes seconds. */
  readonly commitments?: BlobCommitments
  /** Whether blobs are believed to be what was asked for; to be set where the node is one's own. It saves 50 ms a blob. */
  readonly isTrusted?: boolean
}

/** 128 blobs in hex, with room for what comes beside each; no L1 block may have as many yet. */
const maxResponseBytes = 64 * 1024 * 1024

/** The path is not served, or there is nothing at it. */
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

/** When the slots of a beacon chain are, in Unix seconds. */
interface Slots {
  readonly genesisTime: bigint
  readonly secondsPerSlot: bigint
}

/** Asks the beacon API of L1 for blobs. Spec: beacon-APIs, `getBlobs`, and `getBlobSidecars` before it */
export class BeaconClient {
  /** The server without path and query: fit for a log. */
  readonly name: string
  readonly #options: BeaconOptions
  readonly #endpoint: Endpoint
  readonly #commitments: BlobCommitments
  #slots: Slots | undefined

  /** @throws TypeError for a URL that is none */
  constructor(options: BeaconOptions) {
    this.#options = options
    this.#endpoint = new Endpoint({ url: options.url, maxResponseBytes })
    this.#commitments = options.commitments ?? new BlobCommitments()
    this.name = this.#endpoint.name
  }

  /**
   * The blobs of an L1 block, each checked against its versioned hash, whatever their order and whatever else was told.
   *
   * @param timestamp of the L1 block, in Unix seconds
   * @param versionedHashes in the order in which the block has them
   * @returns those that are to be had: none if the block's blobs are not kept any more
   * @throws Fault `l1-invalid` if blobs were told, but not these; else as `Endpoint` does
   */
  async fetchBlobs(
    timestamp: bigint,
    versionedHashes: ReadonlySet<Hash>,
    { signal = this.#options.signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const { genesisTime, secondsPerSlot } = await this.#loadSlots(signal)
    const slot = (timestamp - genesisTime) / secondsPerSlot
    const told = await this.#fetchSlot(slot, versionedHashes, signal)
    if (told === undefined || told.length === 0) return new Map()
    const found = await this.#match(told, versionedHashes)
    const lacking = [...versionedHashes].find((hash) => !found.has(hash))
    if (lacking === undefined) return found
    const detail = `${this.name}: of slot ${slot} it tells ${told.length} blobs, none of which is ${lacking}`
    const fields = { endpoint: this.name }
    throw new Fault('l1-invalid', { detail, fields })
  }

  async #match(
    told: readonly Uint8Array[],
    versionedHashes: ReadonlySet<Hash>,
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const found = new Map<Hash, Uint8Array>()
    const { isTrusted = false } = this.#options
    // Asked for by their hashes, they come in the order of the block; more or fewer have to be looked at.
    if (isTrusted && told.length === versionedHashes.size) {
      for (const [at, hash] of [...versionedHashes].entries()) {
        const blob = told[at]
        if (blob !== undefined) found.set(hash, blob)
      }
      return found
    }
    const hashes = await Promise.all(told.map((blob) => this.#commitments.versionedHash(blob)))
    for (const [at, hash] of hashes.entries()) {
      const blob = told[at]
      if (hash !== undefined && blob !== undefined && versionedHashes.has(hash))
        found.set(hash, blob)
    }
    return found
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#endpoint.close()
  }

  /** @returns undefined if there are none */
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

  /** @returns undefined if there is nothing at the path */
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
