import * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex, type Hex, toAddress, toBytes8, toHash, toHex } from '#protocol/codec/hex.ts'

// Fields of Ethereum's JSON-RPC. Spec: execution-apis, src/schemas/base-types.yaml

/** Bytes in hex. */
export const hexJson = hexAs((bytes) => bytes)

/** 32 bytes in hex. */
export const hashJson = hexAs(toHash)

/** 20 bytes in hex. */
export const addressJson = hexAs(toAddress)

/** 8 bytes in hex. */
export const bytes8Json = hexAs(toBytes8)

/** A number in hex, of 256 bits at most. */
export const quantityJson = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/, 'want a quantity in hex')
  .transform(BigInt)

/** A number in hex, of 64 bits at most. */
export const uint64Json = quantityJson.refine((value) => value < 2n ** 64n, 'want 64 bits at most')

/** Hex bytes, passed through `convert`. A DecodeError becomes an issue of zod, which names the field. */
function hexAs<Value>(convert: (bytes: Uint8Array) => Value) {
  return z.string().transform((text, { issues }) => {
    try {
      return convert(fromHex(text))
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      issues.push({ code: 'custom', input: text, message: error.message })
      return z.NEVER
    }
  })
}

/** A quantity of JSON-RPC: without leading zeros. */
export function toQuantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

/** Data of JSON-RPC. */
export function toData(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}

/** A storage slot of JSON-RPC: 32 bytes with leading zeros. */
export function toWord(bytes: Uint8Array): Hex {
  return `0x${toHex(bytes).slice(2).padStart(64, '0')}`
}
