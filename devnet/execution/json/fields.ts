import * as z from 'zod'
import { fromHex, type Hex, toAddress, toBytes8, toHash, toHex } from '#protocol/codec/hex.ts'
import type { Address, Bytes8, Hash } from '#protocol/primitives.ts'

// Fields of Ethereum's JSON-RPC. Spec: execution-apis, src/schemas/base-types.yaml

const wholeBytes = z.string().regex(/^0x([0-9a-fA-F]{2})*$/, 'want hex of whole bytes')

/** Bytes in hex. */
export const hexJson = wholeBytes.transform(fromHex)

/** 32 bytes in hex. */
export const hashJson = wholeBytes.length(66).transform((text): Hash => toHash(fromHex(text)))

/** 20 bytes in hex. */
export const addressJson = wholeBytes
  .length(42)
  .transform((text): Address => toAddress(fromHex(text)))

/** 8 bytes in hex. */
export const bytes8Json = wholeBytes.length(18).transform((text): Bytes8 => toBytes8(fromHex(text)))

/** A number in hex, of 256 bits at most. */
export const quantityJson = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/, 'want a quantity in hex')
  .transform(BigInt)

/** A number in hex, of 64 bits at most. */
export const uint64Json = quantityJson.refine((value) => value < 2n ** 64n, 'want 64 bits at most')

/** A number as JSON-RPC has it: the fewest digits. */
export function toQuantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

/** Bytes as JSON-RPC has them. */
export function toData(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}

/** 32 bytes as JSON-RPC has them: a slot, with its leading zeros. */
export function toWord(bytes: Uint8Array): Hex {
  return `0x${toHex(bytes).slice(2).padStart(64, '0')}`
}
