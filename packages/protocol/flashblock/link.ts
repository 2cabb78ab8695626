import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { joined } from '#protocol/codec/joined.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Hash } from '#protocol/primitives.ts'

/**
 * The link of a flashblock: a hash over all flashblocks of the block up to this one. The next flashblock carries it, also
 * if another builder makes it. So a standby can tell a continued block from another block.
 *
 * @param previous link of the index before; for index 0, the parent hash
 */
export function linkOf(
  previous: Hash,
  { blockHash, index }: { readonly blockHash: Hash; readonly index: number },
): Hash {
  return toHash(
    keccak256(joined([fromHex(previous), fromHex(blockHash), toFixedBigEndian(BigInt(index), 8)])),
  )
}

/** The link of the last one of the first flashblocks of a block; for no flashblocks, the parent hash. */
export function linkAfter(
  parentHash: Hash,
  flashblocks: readonly { readonly index: number; readonly diff: { readonly blockHash: Hash } }[],
): Hash {
  return flashblocks.reduce<Hash>(
    (previous, { diff, index }) => linkOf(previous, { blockHash: diff.blockHash, index }),
    parentHash,
  )
}
