import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Hash } from '#protocol/primitives.ts'

/** The fields of an L2 block that an output root commits to. */
export interface Output {
  readonly stateRoot: Hash
  /** Storage root of the L2ToL1MessagePasser. From Isthmus on, the header has it as `withdrawalsRoot`. */
  readonly messagePasserStorageRoot: Hash
  readonly blockHash: Hash
}

/** The output root, version 0. Spec: protocol/proposals.md#l2-output-commitment-construction */
export function outputRoot({ stateRoot, messagePasserStorageRoot, blockHash }: Output): Hash {
  const bytes = new Uint8Array(128)
  bytes.set(fromHex(stateRoot), 32)
  bytes.set(fromHex(messagePasserStorageRoot), 64)
  bytes.set(fromHex(blockHash), 96)
  return toHash(keccak256(bytes))
}
