import { fromBigEndian, toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex, toBytes32, toHash, toHex } from '#protocol/codec/hex.ts'
import type { Bytes32, Hash } from '#protocol/primitives.ts'

/** The L1 attributes in the first deposit of an L2 block. A field that a fork added is absent before that fork. */
export interface L1Attributes {
  readonly number: bigint
  /** Unix seconds. */
  readonly timestamp: bigint
  /** In wei. */
  readonly baseFee: bigint
  readonly hash: Hash
  readonly sequenceNumber: bigint
  readonly batcherHash: Bytes32
  /** Until Ecotone. */
  readonly bedrock: { readonly overhead: bigint; readonly scalar: bigint } | undefined
  /** From Ecotone on. */
  readonly ecotone: EcotoneFees | undefined
  /** From Isthmus on. */
  readonly operatorFee: { readonly scalar: bigint; readonly constant: bigint } | undefined
  /** From Jovian on: 16 bits. */
  readonly daFootprintGasScalar: bigint | undefined
}

/** Parameters of the L1 data fee from Ecotone on. */
interface EcotoneFees {
  readonly baseFeeScalar: bigint
  readonly blobBaseFeeScalar: bigint
  /** In wei. */
  readonly blobBaseFee: bigint
}

/** Selector and calldata length of the call, by the fork that introduced the form. */
const forms = {
  bedrock: { selector: '0x015d8eb9', bytes: 260 },
  ecotone: { selector: '0x440a5e20', bytes: 164 },
  isthmus: { selector: '0x098999be', bytes: 176 },
  jovian: { selector: '0x3db6be2b', bytes: 178 },
} as const

/** The form of the calldata of an L1 attributes deposit, named by the fork that introduced it; undefined for another call. */
export function encodedL1AttributesForm(data: Uint8Array): keyof typeof forms | undefined {
  const selector = toHex(data.subarray(0, 4))
  for (const name of ['bedrock', 'ecotone', 'isthmus', 'jovian'] as const)
    if (forms[name].selector === selector) return name
  return undefined
}

/**
 * Decodes the calldata of an L1 attributes deposit of any fork.
 *
 * @throws DecodeError if the selector is unknown, or the calldata has the wrong length
 * Spec: protocol/deposits.md#l1-attributes-deposited-transaction, ecotone, isthmus and jovian l1-attributes.md
 */
export function decodeL1Attributes(data: Uint8Array): L1Attributes {
  const name = encodedL1AttributesForm(data)
  if (name === undefined)
    throw new DecodeError(`selector ${toHex(data.subarray(0, 4))} is not that of L1 attributes`)
  const form = forms[name]
  if (data.length !== form.bytes)
    throw new DecodeError(`L1 attributes of ${data.length} bytes, want ${form.bytes}`)
  return form === forms.bedrock ? decodeBedrock(data) : decodePacked(data)
}

/** Encodes the calldata of an L1 attributes deposit, in the form of the newest fork whose fields are present. */
export function encodeL1Attributes(attributes: L1Attributes): Uint8Array {
  const { bedrock, ecotone, operatorFee, daFootprintGasScalar } = attributes
  if (ecotone === undefined) return encodeBedrock(attributes, bedrock ?? noBedrockFees)
  const form =
    operatorFee === undefined
      ? forms.ecotone
      : daFootprintGasScalar === undefined
        ? forms.isthmus
        : forms.jovian
  const data = new Uint8Array(form.bytes)
  const put = (at: number, value: bigint, bytes: number) =>
    data.set(toFixedBigEndian(value, bytes), at)
  data.set(fromHex(form.selector))
  put(4, ecotone.baseFeeScalar, 4)
  put(8, ecotone.blobBaseFeeScalar, 4)
  put(12, attributes.sequenceNumber, 8)
  put(20, attributes.timestamp, 8)
  put(28, attributes.number, 8)
  put(36, attributes.baseFee, 32)
  put(68, ecotone.blobBaseFee, 32)
  data.set(fromHex(attributes.hash), 100)
  data.set(fromHex(attributes.batcherHash), 132)
  if (operatorFee !== undefined) {
    put(164, operatorFee.scalar, 4)
    put(168, operatorFee.constant, 8)
  }
  if (operatorFee !== undefined && daFootprintGasScalar !== undefined)
    put(176, daFootprintGasScalar, 2)
  return data
}

const noBedrockFees = { overhead: 0n, scalar: 0n }

function encodeBedrock(
  attributes: L1Attributes,
  { overhead, scalar }: NonNullable<L1Attributes['bedrock']>,
): Uint8Array {
  const data = new Uint8Array(forms.bedrock.bytes)
  data.set(fromHex(forms.bedrock.selector))
  const words = [
    toFixedBigEndian(attributes.number, 32),
    toFixedBigEndian(attributes.timestamp, 32),
    toFixedBigEndian(attributes.baseFee, 32),
    fromHex(attributes.hash),
    toFixedBigEndian(attributes.sequenceNumber, 32),
    fromHex(attributes.batcherHash),
    toFixedBigEndian(overhead, 32),
    toFixedBigEndian(scalar, 32),
  ]
  for (const [at, word] of words.entries()) data.set(word, 4 + 32 * at)
  return data
}

function decodeBedrock(data: Uint8Array): L1Attributes {
  const word = (at: number) => data.subarray(4 + 32 * at, 36 + 32 * at)
  const uint64 = (at: number) => {
    const value = fromBigEndian(word(at))
    if (value >= 2n ** 64n) throw new DecodeError(`argument ${at} has more than 64 bits`)
    return value
  }
  return {
    number: uint64(0),
    timestamp: uint64(1),
    baseFee: fromBigEndian(word(2)),
    hash: toHash(word(3)),
    sequenceNumber: uint64(4),
    batcherHash: toBytes32(word(5)),
    bedrock: { overhead: fromBigEndian(word(6)), scalar: fromBigEndian(word(7)) },
    ecotone: undefined,
    operatorFee: undefined,
    daFootprintGasScalar: undefined,
  }
}

function decodePacked(data: Uint8Array): L1Attributes {
  const uint = (from: number, to: number) => fromBigEndian(data.subarray(from, to))
  return {
    number: uint(28, 36),
    timestamp: uint(20, 28),
    baseFee: uint(36, 68),
    hash: toHash(data.subarray(100, 132)),
    sequenceNumber: uint(12, 20),
    batcherHash: toBytes32(data.subarray(132, 164)),
    bedrock: undefined,
    ecotone: {
      baseFeeScalar: uint(4, 8),
      blobBaseFeeScalar: uint(8, 12),
      blobBaseFee: uint(68, 100),
    },
    operatorFee:
      data.length < forms.isthmus.bytes
        ? undefined
        : { scalar: uint(164, 168), constant: uint(168, 176) },
    daFootprintGasScalar: data.length < forms.jovian.bytes ? undefined : uint(176, 178),
  }
}
