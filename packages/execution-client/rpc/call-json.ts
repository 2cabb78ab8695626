import * as z from 'zod'
import { toHex } from '#protocol/codec/hex.ts'
import type { Authorization } from '#protocol/transaction/transaction.ts'
import { addressJson, hexJson, quantityJson, uint64Json } from '#json-rpc/forms/fields.ts'

const authorizationJson = z
  .object({
    chainId: quantityJson,
    address: addressJson,
    nonce: uint64Json,
    yParity: quantityJson.nullish(),
    v: quantityJson.nullish(),
    r: quantityJson,
    s: quantityJson,
  })
  .transform(({ chainId, address, nonce, yParity, v, r, s }): Authorization => {
    return { chainId, address, nonce, signature: { yParity: parityOf(yParity ?? v ?? 0n), r, s } }
  })

/** The parity of a signature, 0 or 1. The values 27 and 28 mean 0 and 1. */
function parityOf(value: bigint): number {
  return Number(value === 27n || value === 28n ? value - 27n : value)
}

const word = hexJson.refine((bytes) => bytes.length === 32, 'want 32 bytes')

/** Parameters of a call. Spec: execution-apis, GenericTransaction */
export const callJson = z
  .object({
    from: addressJson.nullish(),
    to: addressJson.nullish(),
    gas: uint64Json.nullish(),
    gasPrice: quantityJson.nullish(),
    maxFeePerGas: quantityJson.nullish(),
    maxPriorityFeePerGas: quantityJson.nullish(),
    value: quantityJson.nullish(),
    nonce: uint64Json.nullish(),
    input: hexJson.nullish(),
    data: hexJson.nullish(),
    authorizationList: z.array(authorizationJson).nullish(),
    accessList: z.array(z.object({ address: addressJson, storageKeys: z.array(word) })).nullish(),
  })
  .refine(
    ({ input, data }) =>
      input === undefined ||
      input === null ||
      data === undefined ||
      data === null ||
      toHex(input) === toHex(data),
    'both "data" and "input" are set and not equal',
  )

/** A call as received. */
export type CallJson = z.output<typeof callJson>

const slots = z.record(keyOf(32), word)

/** State overrides of a call, by address. */
export const overridesJson = z
  .record(
    keyOf(20),
    z.object({
      balance: quantityJson.nullish(),
      nonce: uint64Json.nullish(),
      code: hexJson.nullish(),
      state: slots.nullish(),
      stateDiff: slots.nullish(),
    }),
  )
  .nullish()

/** Schema for `bytes` bytes in hex. */
function keyOf(bytes: number) {
  return z.string().regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), `want ${bytes} bytes in hex`)
}

/** Overrides as received. */
export type OverridesJson = z.output<typeof overridesJson>

/** Schema that refuses block overrides, since they are not supported. */
export const noBlockOverridesJson: z.ZodType = z
  .strictObject({}, 'overrides of the block are not supported')
  .nullish()
