import * as z from 'zod'
import type { Hash } from '#protocol/primitives.ts'
import { hashJson, toData } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { BeaconClient } from './beacon-client.ts'
import { L1Endpoint, type VerifiedL1Block } from './l1-endpoint.ts'
import { type L1BlockWithBlobs, type L1View, toL1Block } from './to-l1-block.ts'

/** Where L1 is asked, and what for. */
export interface L1ClientOptions {
  readonly rpc: JsonRpcClient
  /** The server that `rpc` asks, for a person to read. */
  readonly name: string
  /** Left out: no blob is fetched. */
  readonly beacon: BeaconClient | undefined
  readonly view: L1View
  readonly signal?: AbortSignal | undefined
}

/** An L1 block, and the JSON it was read from. */
export interface RecordableL1Block extends L1BlockWithBlobs {
  readonly json: {
    readonly block: unknown
    readonly receipts: unknown
    /** Absent if there are none; `index` counts over all blobs of the block. */
    readonly blobs?: readonly {
      readonly index: number
      readonly versionedHash: Hash
      readonly blob: string
    }[]
  }
}

const blobTransactionType = 3

const blobHashesJson = z.object({
  transactions: z.array(z.object({ blobVersionedHashes: z.array(hashJson).default([]) })),
})

/** Where L1 blocks with receipts and blobs are to be had. */
export interface RecordableL1Source {
  /** @returns undefined if L1 is not as long */
  fetchBlock(number: bigint): Promise<RecordableL1Block | undefined>
}

/** Fetches L1 blocks with receipts and blobs, and believes nothing: all is checked against the block's hash. */
export class L1Client implements RecordableL1Source {
  readonly #options: L1ClientOptions
  readonly #endpoint: L1Endpoint

  constructor(options: L1ClientOptions) {
    this.#options = options
    this.#endpoint = new L1Endpoint(options)
  }

  /**
   * A block with its receipts, and the blobs that transactions to the batch inbox name, as far as they are to be had.
   *
   * @returns undefined if L1 is not as long
   * @throws Fault `l1-invalid` if what was told is not true, `rpc-refused`; else as the clients do
   */
  async fetchBlock(number: bigint): Promise<RecordableL1Block | undefined> {
    const { signal } = this.#options
    const told = await this.#endpoint.fetchBlock(number, signal === undefined ? {} : { signal })
    if (told === undefined) return undefined
    return withBlobs(told, await this.#fetchBlobs({ ...told, blobs: new Map() }))
  }

  async #fetchBlobs(fetched: L1BlockWithBlobs): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const { beacon, view } = this.#options
    const hasBlobs = fetched.block.transactions.some(({ raw }) => raw[0] === blobTransactionType)
    if (beacon === undefined || !hasBlobs) return new Map()
    const named = inboxBlobsOf(fetched, view)
    return named.size === 0 ? new Map() : beacon.fetchBlobs(fetched.block.header.timestamp, named)
  }
}

/** The versioned hashes of the blobs that transactions to the batch inbox name. */
export function inboxBlobsOf(fetched: L1BlockWithBlobs, view: L1View): ReadonlySet<Hash> {
  const { inboxTransactions } = toL1Block(fetched, view)
  const hashes = inboxTransactions.flatMap(({ blobs }) =>
    blobs.map(({ versionedHash }) => versionedHash),
  )
  return new Set(hashes)
}

/** A block with blobs of it, in its JSON too. */
export function withBlobs(
  told: VerifiedL1Block,
  blobs: ReadonlyMap<Hash, Uint8Array>,
): RecordableL1Block {
  if (blobs.size === 0) return { ...told, blobs }
  return { ...told, blobs, json: { ...told.json, blobs: blobsToJson(told.json.block, blobs) } }
}

function blobsToJson(
  blockJson: unknown,
  blobs: ReadonlyMap<Hash, Uint8Array>,
): NonNullable<RecordableL1Block['json']['blobs']> {
  const { transactions } = parseJson(blobHashesJson, blockJson, 'block')
  return transactions
    .flatMap(({ blobVersionedHashes }) => blobVersionedHashes)
    .flatMap((versionedHash, index) => {
      const blob = blobs.get(versionedHash)
      return blob === undefined ? [] : [{ index, versionedHash, blob: toData(blob) }]
    })
}
