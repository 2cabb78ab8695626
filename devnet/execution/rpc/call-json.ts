import * as z from 'zod'
import { toHex } from '#protocol/codec/hex.ts'
import type { Authorization } from '#protocol/transaction/transaction.ts'
import { addressJson, hexJson, quantityJson, uint64Json } from '#devnet/execution/json/fields.ts'

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
    const parity = Number(yParity ?? (v ?? 27n) - 27n)
    return { chainId, address, nonce, signature: { yParity: parity, r, s } }
  })

/** A call that leaves no trace. Spec: execution-apis, GenericTransaction */
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
    accessList: z
      .array(z.object({ address: addressJson, storageKeys: z.array(hexJson) }))
      .nullish(),
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

/** A call as it came. */
export type CallJson = z.output<typeof callJson>

const word = hexJson.refine((bytes) => bytes.length === 32, 'want 32 bytes')

/** Accounts that a call finds otherwise than they are, by address. */
export const overridesJson = z
  .record(
    z.string(),
    z.object({
      balance: quantityJson.nullish(),
      nonce: uint64Json.nullish(),
      code: hexJson.nullish(),
      state: z.record(z.string(), word).nullish(),
      stateDiff: z.record(z.string(), word).nullish(),
    }),
  )
  .nullish()

/** Overrides as they came. */
export type OverridesJson = z.output<typeof overridesJson>
