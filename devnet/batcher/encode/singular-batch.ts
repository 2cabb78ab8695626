import type { SingularBatch } from '#protocol/batch/batch.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { encodeRlp, uintToRlp } from '#protocol/codec/rlp.ts'

/** The bytes of a singular batch, with the type byte first. */
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
