import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Hash } from '#protocol/primitives.ts'

/** The output of one chain at a timestamp. */
export interface ChainOutput {
  readonly chainId: bigint
  readonly outputRoot: Hash
}

/** The root of the outputs of several chains at a timestamp, version 1. Spec: interop/fault-proof.md#super-root */
export function superRoot(timestamp: bigint, outputs: readonly ChainOutput[]): Hash {
  const bytes = new Uint8Array(9 + 64 * outputs.length)
  bytes[0] = 1
  new DataView(bytes.buffer).setBigUint64(1, timestamp)
  for (const [at, { chainId, outputRoot }] of outputs.entries()) {
    const word = fromHex(`0x${chainId.toString(16).padStart(64, '0')}`)
    bytes.set(word, 9 + 64 * at)
    bytes.set(fromHex(outputRoot), 41 + 64 * at)
  }
  return toHash(keccak256(bytes))
}
