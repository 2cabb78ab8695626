import type { Deposit } from '#protocol/transaction/deposit.ts'
import type { SignedTransaction } from '#protocol/transaction/transaction.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import { toData, toQuantity } from './fields.ts'

/**
 * The fields of a deposit as JSON-RPC represents them, without its nonce and its place in the chain.
 * Source: op-geth, core/types/transaction_marshalling.go
 */
export function depositToJson(deposit: Deposit): Readonly<Record<string, unknown>> {
  return {
    from: deposit.from,
    gas: toQuantity(deposit.gas),
    input: toData(deposit.data),
    to: deposit.to ?? null,
    value: toQuantity(deposit.value),
    type: toQuantity(depositType),
    v: '0x0',
    r: '0x0',
    s: '0x0',
    sourceHash: deposit.sourceHash,
    mint: toQuantity(deposit.mint),
    ...(deposit.isSystemTransaction && { isSystemTx: true }),
  }
}

/**
 * The fields of a signed transaction as JSON-RPC represents them, without its hash, its sender and its place in the
 * chain. Spec: execution-apis, src/schemas/transaction.yaml
 */
export function signedToJson(signed: SignedTransaction): Readonly<Record<string, unknown>> {
  const { type, chainId, signature, authorizations } = signed
  return {
    gas: toQuantity(signed.gasLimit),
    input: toData(signed.data),
    nonce: toQuantity(signed.nonce),
    to: signed.to ?? null,
    value: toQuantity(signed.value),
    type: toQuantity(type),
    ...(chainId !== undefined && { chainId: toQuantity(chainId) }),
    v: toQuantity(type === 0 ? legacyV(signed) : signature.yParity),
    r: toQuantity(signature.r),
    s: toQuantity(signature.s),
    ...(type !== 0 && {
      yParity: toQuantity(signature.yParity),
      accessList: signed.accessList.map(({ address, storageKeys }) => ({
        address,
        storageKeys: storageKeys.map(toData),
      })),
    }),
    ...(type < 2 && { gasPrice: toQuantity(signed.maxFeePerGas) }),
    ...(type >= 2 && {
      maxFeePerGas: toQuantity(signed.maxFeePerGas),
      maxPriorityFeePerGas: toQuantity(signed.maxPriorityFeePerGas),
    }),
    ...(type === 4 && {
      authorizationList: authorizations.map((authorization) => ({
        chainId: toQuantity(authorization.chainId),
        address: authorization.address,
        nonce: toQuantity(authorization.nonce),
        yParity: toQuantity(authorization.signature.yParity),
        r: toQuantity(authorization.signature.r),
        s: toQuantity(authorization.signature.s),
      })),
    }),
  }
}

/** The field `v` of a legacy transaction. Spec: EIP-155 */
function legacyV({ chainId, signature }: SignedTransaction): bigint {
  const offset = chainId === undefined ? 27n : 35n + 2n * chainId
  return offset + BigInt(signature.yParity)
}
