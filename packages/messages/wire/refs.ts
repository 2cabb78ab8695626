import type { atoll } from '#proto/atoll.js'
import type { BlockId, L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import { hashFromWire, hexToWire, present, uint64FromWire, uint64ToWire } from './fields.ts'

type Field<Message> = Message | null | undefined

/** Wire form of a block id. */
export function blockIdToWire({ hash, number }: BlockId): atoll.v1.BlockId.$Properties {
  return { hash: hexToWire(hash), number: uint64ToWire(number) }
}

/** Reads a block id. @throws DecodeError if it is missing or has a hash of the wrong length */
export function blockIdFromWire(
  message: Field<atoll.v1.BlockId.$Properties>,
  path: string,
): BlockId {
  const { hash, number } = present(message, path)
  return { hash: hashFromWire(hash, `${path}.hash`), number: uint64FromWire(number) }
}

/** Wire form of an L1 block reference. */
export function l1RefToWire(ref: L1BlockRef): atoll.v1.L1BlockRef.$Properties {
  return {
    ...blockIdToWire(ref),
    parentHash: hexToWire(ref.parentHash),
    timestamp: uint64ToWire(ref.timestamp),
  }
}

/** Reads an L1 block reference. @throws DecodeError if it is missing or has a hash of the wrong length */
export function l1RefFromWire(
  message: Field<atoll.v1.L1BlockRef.$Properties>,
  path: string,
): L1BlockRef {
  const ref = present(message, path)
  return {
    ...blockIdFromWire(ref, path),
    parentHash: hashFromWire(ref.parentHash, `${path}.parent_hash`),
    timestamp: uint64FromWire(ref.timestamp),
  }
}

/** Wire form of an L2 block reference. */
export function l2RefToWire(ref: L2BlockRef): atoll.v1.L2BlockRef.$Properties {
  return {
    ...l1RefToWire(ref),
    l1Origin: blockIdToWire(ref.l1Origin),
    sequenceNumber: uint64ToWire(ref.sequenceNumber),
  }
}

/** Reads an L2 reference. @throws DecodeError if it or its L1 origin is missing, or a hash has the wrong length */
export function l2RefFromWire(
  message: Field<atoll.v1.L2BlockRef.$Properties>,
  path: string,
): L2BlockRef {
  const ref = present(message, path)
  return {
    ...l1RefFromWire(ref, path),
    l1Origin: blockIdFromWire(ref.l1Origin, `${path}.l1_origin`),
    sequenceNumber: uint64FromWire(ref.sequenceNumber),
  }
}
