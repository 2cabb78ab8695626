import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { encodeExtraData } from '#protocol/block/extra-data.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { L2Block } from '#protocol/derivation/l2-block.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { Draft } from './draft.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** Hash over the parent and the attributes. Each field has a fixed size or a length prefix. */
export function digestOf(parent: Hash, attributes: PayloadAttributes): Hash {
  const { parentBeaconBlockRoot, eip1559Params, minBaseFee, transactions } = attributes
  const parts = [
    fromHex(parent),
    toFixedBigEndian(attributes.timestamp, 8),
    fromHex(attributes.prevRandao),
    fromHex(attributes.suggestedFeeRecipient),
    Uint8Array.of(attributes.withdrawals === undefined ? 0 : 1),
    ...optional(parentBeaconBlockRoot && fromHex(parentBeaconBlockRoot)),
    Uint8Array.of(attributes.noTxPool ? 1 : 0),
    toFixedBigEndian(attributes.gasLimit, 8),
    ...optional(eip1559Params && fromHex(eip1559Params)),
    ...optional(minBaseFee === undefined ? undefined : toFixedBigEndian(minBaseFee, 8)),
    ...transactions.flatMap((raw) => [toFixedBigEndian(BigInt(raw.length), 4), raw]),
  ]
  return toHash(keccak256(Buffer.concat(parts)))
}

function optional(bytes: Uint8Array | undefined): readonly Uint8Array[] {
  return bytes === undefined ? [Uint8Array.of(0)] : [Uint8Array.of(1), bytes]
}

/** With `hashes: 'by-number'`, the hash of a block that the record does not have. */
export function hashOfNumber(number: bigint): Hash {
  return toHash(keccak256(Buffer.concat([Buffer.from('block'), toFixedBigEndian(number, 8)])))
}

/** The hash of a block. */
export function hashOf(
  { known, hashes }: Pick<Draft, 'known' | 'hashes'>,
  { number, digest }: { readonly number: bigint; readonly digest: Hash },
): Hash {
  const recorded = known.get(number)
  if (recorded !== undefined && (hashes === 'by-number' || recorded.digest === digest))
    return recorded.hash
  return hashes === 'by-content' ? digest : hashOfNumber(number)
}

/** The engine's verdict, decided by the digest. A deposits-only block is always valid. */
export function isRefused(
  { refuseBelow }: Pick<Draft, 'refuseBelow'>,
  digest: Hash,
  { transactions }: PayloadAttributes,
): boolean {
  if (Number.parseInt(digest.slice(2, 4), 16) >= refuseBelow) return false
  return transactions.some((raw) => raw[0] !== depositType)
}

/** Builds a block from attributes, with only the fields that derivation reads. */
export function buildBlock(
  config: RollupConfig,
  attributes: PayloadAttributes,
  place: { readonly number: bigint; readonly parentHash: Hash; readonly blockHash: Hash },
): L2Block {
  const { timestamp, gasLimit, transactions } = attributes
  return { ...place, timestamp, gasLimit, transactions, extraData: extraDataOf(config, attributes) }
}

/** The extra data of a block, which encode its EIP-1559 parameters. */
export function extraDataOf(
  { eip1559 }: RollupConfig,
  { eip1559Params, minBaseFee }: PayloadAttributes,
): Uint8Array {
  if (eip1559Params === undefined) return new Uint8Array(0)
  const isZero = BigInt(eip1559Params) === 0n
  return encodeExtraData({
    denominator: isZero ? eip1559.denominatorCanyon : BigInt(eip1559Params.slice(0, 10)),
    elasticity: isZero ? eip1559.elasticity : BigInt(`0x${eip1559Params.slice(10)}`),
    minBaseFee,
  })
}
