import { fromBigEndian, toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'

/** EIP-1559 parameters in the header of a block, for the base fee of the next block. */
export interface BaseFeeParameters {
  /** 32 bits. */
  readonly denominator: bigint
  /** 32 bits. */
  readonly elasticity: bigint
  /** In wei, 64 bits; absent before Jovian. */
  readonly minBaseFee: bigint | undefined
}

const holoceneBytes = 9
const jovianBytes = 17

/** Encodes the extra data of a header from Holocene on: 9 bytes, or 17 with a minimum base fee. */
export function encodeExtraData(parameters: BaseFeeParameters): Uint8Array {
  const { denominator, elasticity, minBaseFee } = parameters
  const bytes = new Uint8Array(minBaseFee === undefined ? holoceneBytes : jovianBytes)
  bytes.set(toFixedBigEndian(denominator, 4), 1)
  bytes.set(toFixedBigEndian(elasticity, 4), 5)
  if (minBaseFee === undefined) return bytes
  bytes[0] = 1
  bytes.set(toFixedBigEndian(minBaseFee, 8), 9)
  return bytes
}

// Rule extra-data: Extra data has 9 bytes from Holocene on, 17 from Jovian on, and is empty before.
// Spec: holocene/exec-engine.md, derive/payload_util.go
/**
 * Decodes the extra data of a header.
 *
 * @returns undefined for empty extra data, as before Holocene
 * @throws DecodeError if no fork has this length and version, or the denominator is 0
 * Spec: protocol/holocene/exec-engine.md#eip-1559-parameters-in-block-header, protocol/jovian/exec-engine.md
 */
export function decodeExtraData(bytes: Uint8Array): BaseFeeParameters | undefined {
  if (bytes.length === 0) return undefined
  const version = bytes.length === holoceneBytes ? 0 : bytes.length === jovianBytes ? 1 : undefined
  if (version === undefined || bytes[0] !== version)
    throw new DecodeError(`extra data of ${bytes.length} bytes, version ${bytes[0]}`)
  const denominator = fromBigEndian(bytes.subarray(1, 5))
  if (denominator === 0n) throw new DecodeError('extra data with a denominator of 0')
  return {
    denominator,
    elasticity: fromBigEndian(bytes.subarray(5, 9)),
    minBaseFee: version === 0 ? undefined : fromBigEndian(bytes.subarray(9, 17)),
  }
}
