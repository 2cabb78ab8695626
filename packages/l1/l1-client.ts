import * as z from 'zod'
import type { Hash } from '#protocol/primitives.ts'
import { isFault } from '#runtime/fault.ts'
import { hashJson, toData } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { BeaconClient } from './beacon-client.ts'
import { L1Endpoint, type VerifiedL1Block } from './l1-endpoint.ts'
import { type L1BlockWithBlobs, type L1View, toL1Block } from './to-l1-block.ts'

/** Endpoints of L1, and the data to fetch. */
export interface L1ClientOptions {
  readonly rpc: JsonRpcClient
  /** Name of the server of `rpc`, for messages. */
  readonly name: string
  /** Whether the blocks of the node are not verified. */
  readonly isTrusted?: boolean
  /** Undefined: no blobs are fetched. */
  readonly beacon: BeaconClient | undefined
  readonly view: L1View
  readonly signal?: AbortSignal | undefined
}

/** An L1 block with blobs, and its JSON. */
export interface RecordableL1Block extends L1BlockWithBlobs {
  readonly json: {
    readonly block: unknown
    readonly receipts: unknown
    /** Undefined for a block without blobs; `index` is the position among all blobs of the block. */
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

/** A source of L1 blocks with receipts and blobs. */
export interface RecordableL1Source {
  /** Fetches a block by number. @returns undefined if L1 does not have the block yet */
  fetchBlock(number: bigint): Promise<RecordableL1Block | undefined>
}

/** Fetches L1 blocks with receipts and blobs, and verifies them against the block hash unless the node is trusted. */
export class L1Client implements RecordableL1Source {
  readonly #options: L1ClientOptions
  readonly #endpoint: L1Endpoint

  constructor(options: L1ClientOptions) {
    this.#options = options
    this.#endpoint = new L1Endpoint(options)
  }

  /**
   * A block with its receipts and the available blobs of transactions to the batch inbox.
   *
   * @returns undefined if L1 does not have the block yet
   * @throws Fault `l1-invalid` if an answer fails verification; `rpc-refused` if an endpoint refuses a call; otherwise
   * the faults of `L1Endpoint` and `BeaconClient`
   */
  async fetchBlock(number: bigint): Promise<RecordableL1Block | undefined> {
    const { signal } = this.#options
    const verified = await this.#endpoint.fetchBlock(number, signal === undefined ? {} : { signal })
    if (verified === undefined) return undefined
    return withBlobs(verified, await this.#fetchBlobs({ ...verified, blobs: new Map() }))
  }

  async #fetchBlobs(fetched: L1BlockWithBlobs): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const { beacon, view } = this.#options
    const hasBlobs = fetched.block.transactions.some(({ raw }) => raw[0] === blobTransactionType)
    if (beacon === undefined || !hasBlobs) return new Map()
    const named = inboxBlobsOf(fetched, view)
    if (named.size === 0) return new Map()
    try {
      return await beacon.fetchBlobs(fetched.block.header.timestamp, named)
    } catch (error) {
      if (isFault(error, 'l1-behind')) return new Map()
      throw error
    }
  }
}

/** The versioned hashes of the blobs of transactions to the batch inbox. */
export function inboxBlobsOf(fetched: L1BlockWithBlobs, view: L1View): ReadonlySet<Hash> {
  const { inboxTransactions } = toL1Block(fetched, view)
  const hashes = inboxTransactions.flatMap(({ blobs }) =>
    blobs.map(({ versionedHash }) => versionedHash),
  )
  return new Set(hashes)
}

/** Adds blobs to a block, and to its JSON. */
export function withBlobs(
  verified: VerifiedL1Block,
  blobs: ReadonlyMap<Hash, Uint8Array>,
): RecordableL1Block {
  if (blobs.size === 0) return { ...verified, blobs }
  const { json } = verified
  return { ...verified, blobs, json: { ...json, blobs: blobsToJson(json.block, blobs) } }
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
