import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { encodeRlp, uintToRlp } from '#protocol/codec/rlp.ts'
import type { SingularBatch } from './batch.ts'
import { RlpScan } from '#protocol/codec/rlp-scan.ts'

/**
 * Decodes a singular batch; transactions are views, and nothing is asked of them.
 *
 * @param bytes without the type of the batch; what follows the list is ignored
 * @throws DecodeError if it is not the list that it should be
 * Spec: protocol/derivation.md#batch-format
 */
export function decodeSingularBatch(bytes: Uint8Array): SingularBatch {
  const scan = new RlpScan(bytes, 0)
  const content = () => bytes.subarray(scan.start, scan.position)
  const end = scan.list(bytes.length)
  scan.fixed(32, end)
  const parentHash = toHash(content())
  scan.uint(8, end)
  const epochNumber = fromBigEndian(content())
  scan.fixed(32, end)
  const epochHash = toHash(content())
  scan.uint(8, end)
  const timestamp = fromBigEndian(content())
  const transactions: Uint8Array[] = []
  const listEnd = scan.list(end)
  while (scan.position < listEnd) {
    scan.string(listEnd)
    transactions.push(content())
  }
  scan.leave(end)
  return { parentHash, epochNumber, epochHash, timestamp, transactions }
}

/** The bytes of a singular batch, its type first. */
export function encodeSingularBatch(batch: SingularBatch): Uint8Array {
  const list = encodeRlp([
    fromHex(batch.parentHash),
    uintToRlp(batch.epochNumber),
    fromHex(batch.epochHash),
    uintToRlp(batch.timestamp),
    batch.transactions,
  ])
  const bytes = new Uint8Array(1 + list.length)
  bytes.set(list, 1)
  return bytes
}
