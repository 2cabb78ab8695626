import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import type { Case, CaseL1 } from './build-case.ts'

/** Encodes a case for the program with op-node, with a length prefix. */
export function encodeCase(of: Case, { isVerbose = false } = {}): Buffer {
  const flags = (isVerbose ? 1 : 0) + (of.hashes === 'by-number' ? 2 : 0)
  const parts: Uint8Array[] = [Uint8Array.of(flags, of.refuseBelow)]
  parts.push(...json(of.rollup), ...json(of.l1Chain), ...json(of.dependencySet))
  parts.push(u32(of.known.size))
  for (const [number, { hash, digest }] of of.known)
    parts.push(u64(number), fromHex(hash), fromHex(digest))
  parts.push(u32(of.blocks.length))
  for (const block of of.blocks) putL1Block(parts, block)
  parts.push(u32(of.reorgs.length), ...of.reorgs.map(u64))
  const size = parts.reduce((sum, { length }) => sum + length, 0)
  return Buffer.concat([u32(size), ...parts])
}

function putL1Block(parts: Uint8Array[], block: CaseL1): void {
  const { header, hash } = block
  parts.push(fromHex(hash), fromHex(header.parentHash), u64(header.number), u64(header.timestamp))
  parts.push(fromHex(header.prevRandao), toFixedBigEndian(header.baseFeePerGas ?? 0n, 32))
  parts.push(
    ...optional(header.excessBlobGas === undefined ? undefined : u64(header.excessBlobGas)),
  )
  const root = header.parentBeaconBlockRoot
  parts.push(...optional(root === undefined ? undefined : fromHex(root)))
  parts.push(u32(block.transactions.length), ...block.transactions.flatMap(sized))
  parts.push(u32(block.receipts.length))
  for (const { isSuccess, logs } of block.receipts) {
    parts.push(Uint8Array.of(isSuccess ? 1 : 0), u32(logs.length))
    for (const log of logs) {
      parts.push(fromHex(log.address), u32(log.topics.length), ...log.topics.map(fromHex))
      parts.push(...sized(log.data), u32(log.index))
    }
  }
  parts.push(u32(block.blobs.size))
  for (const [versionedHash, blob] of block.blobs)
    parts.push(fromHex(versionedHash), ...sized(blob))
}

function json(value: unknown): readonly Uint8Array[] {
  return sized(Buffer.from(value === undefined ? '' : JSON.stringify(value)))
}

function sized(bytes: Uint8Array): readonly Uint8Array[] {
  return [u32(bytes.length), bytes]
}

function optional(bytes: Uint8Array | undefined): readonly Uint8Array[] {
  return bytes === undefined ? [Uint8Array.of(0)] : [Uint8Array.of(1), bytes]
}

function u32(value: number): Uint8Array {
  return toFixedBigEndian(BigInt(value), 4)
}

function u64(value: bigint): Uint8Array {
  return toFixedBigEndian(value, 8)
}
