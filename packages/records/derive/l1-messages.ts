import type { MessagePort } from 'node:worker_threads'
import type { L1Block } from '#protocol/block/l1-block.ts'
import { isFault, remoteFault, toError } from '#runtime/fault.ts'
import type { L1View } from '#l1/to-l1-block.ts'
import type { SourcedL1Block } from './l1-source.ts'

/** Start data of the thread that prepares L1. */
export interface L1WorkerData {
  readonly port: MessagePort
  readonly folder: string
  readonly view: L1View
  /** Whether to verify each block against its hash and roots, and blobs against their hashes. */
  readonly isVerified: boolean
  /** Whether to load the whole L1 into memory once; otherwise each reading reads the file again. */
  readonly isLoaded: boolean
}

/**
 * Requests to the thread. A reading is one pass over the L1 blocks from a number on; a new reading ends the previous
 * reading.
 */
export type L1Request =
  | { readonly kind: 'open'; readonly reading: number; readonly from: bigint }
  /** Acknowledges consumed messages, so that there is room for more. */
  | {
      readonly kind: 'used'
      readonly reading: number
      readonly messages: number
      readonly bytes: number
    }

/** Messages from the thread. */
export type L1Answer =
  | { readonly kind: 'loaded' }
  | {
      readonly kind: 'blocks'
      readonly reading: number
      readonly blocks: readonly SourcedL1Block[]
      readonly bytes: number
    }
  | { readonly kind: 'end'; readonly reading: number }
  /** `reading` is absent if the record cannot be read at all. */
  | {
      readonly kind: 'failed'
      readonly reading: number | undefined
      readonly error: SerializedError
    }

/** An error as plain data, since a transfer between threads loses the class of an error. */
interface SerializedError {
  readonly code: string | undefined
  readonly message: string
  readonly stack: string | undefined
}

/** Serializes an error. */
export function serializeError(thrown: unknown): SerializedError {
  const { message, stack } = toError(thrown)
  if (!isFault(thrown)) return { code: undefined, message, stack }
  const { code, detail = '' } = thrown
  return { code, message: detail, stack }
}

/** Deserializes an error. */
export function deserializeError({ code, message, stack }: SerializedError): Error {
  if (code === undefined) return new Error(message, { cause: stack })
  return remoteFault({ code, detail: message })
}

/**
 * Copies the bytes of blocks into one buffer that can be transferred to another thread. To post the views themselves
 * would copy the whole buffer of each view.
 */
export function packBlocks(prepared: readonly SourcedL1Block[]): {
  readonly blocks: readonly SourcedL1Block[]
  readonly buffer: ArrayBuffer
} {
  let sizeBytes = 0
  for (const { l1 } of prepared) for (const piece of piecesOf(l1)) sizeBytes += piece.length
  const packed = new Uint8Array(sizeBytes)
  let end = 0
  const pack = (bytes: Uint8Array): Uint8Array => {
    const start = end
    end += bytes.length
    packed.set(bytes, start)
    return packed.subarray(start, end)
  }
  const blocks = prepared.map((each): SourcedL1Block => {
    const { logs, inboxTransactions } = each.l1
    const l1: L1Block = {
      ...each.l1,
      logs: logs.map((log) => ({ ...log, data: pack(log.data) })),
      inboxTransactions: inboxTransactions.map((transaction) => ({
        ...transaction,
        data: pack(transaction.data),
        blobs: transaction.blobs.map(({ versionedHash, data }) => {
          return { versionedHash, data: data && pack(data) }
        }),
      })),
    }
    return { ...each, l1 }
  })
  return { blocks, buffer: packed.buffer }
}

function* piecesOf({ logs, inboxTransactions }: L1Block): Generator<Uint8Array> {
  for (const { data } of logs) yield data
  for (const { data, blobs } of inboxTransactions) {
    yield data
    for (const blob of blobs) if (blob.data !== undefined) yield blob.data
  }
}
