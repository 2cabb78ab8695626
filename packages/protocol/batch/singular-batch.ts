import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { toHash } from '#protocol/codec/hex.ts'
import type { SingularBatch } from './batch.ts'
import { RlpScan } from '#protocol/codec/rlp-scan.ts'

// Rule singular-format: A singular batch is a list of five items; trailing bytes are ignored. Spec: derivation.md#batch-format,
// derive/singular_batch.go
/**
 * Decodes a singular batch. Its transactions are views of `bytes`, and are not checked.
 *
 * @param bytes without the type byte; bytes after the list are ignored
 * @throws DecodeError if the list is malformed
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
