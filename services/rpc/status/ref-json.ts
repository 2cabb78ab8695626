import type { BlockId, L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'

// Blocks in op-node's form: numbers are decimal, and a block that is not known is zero.

/** Hash of a block that is not known. */
export const zeroHash: `0x${string}` = `0x${'00'.repeat(32)}`

/** Hash and number of a block; zero if it is not known. */
export function idToJson(id: BlockId | undefined) {
  return { hash: id?.hash ?? zeroHash, number: Number(id?.number ?? 0n) }
}

/** An L1 block; zero if it is not known. */
export function l1RefToJson(ref: L1BlockRef | undefined) {
  return {
    ...idToJson(ref),
    parentHash: ref?.parentHash ?? zeroHash,
    timestamp: Number(ref?.timestamp ?? 0n),
  }
}

/** An L2 block; zero if it is not known. */
export function l2RefToJson(ref: L2BlockRef | undefined) {
  return {
    ...l1RefToJson(ref),
    l1origin: idToJson(ref?.l1Origin),
    sequenceNumber: Number(ref?.sequenceNumber ?? 0n),
  }
}
