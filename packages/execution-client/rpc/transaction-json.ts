import type { Header } from '#protocol/block/header.ts'
import { fromHex, toAddress, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, uintToRlp } from '#protocol/codec/rlp.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { decodeDeposit, type Deposit } from '#protocol/transaction/deposit.ts'
import { decodeTransaction, type SignedTransaction } from '#protocol/transaction/transaction.ts'
import { recoverSigner } from '#runtime/crypto/secp256k1.ts'
import { toData, toQuantity } from '#json-rpc/forms/fields.ts'
import type { Receipt } from '#execution-client/transition/receipt.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** A decoded transaction. */
export interface ReadTransaction {
  readonly raw: Uint8Array
  readonly hash: Hash
  readonly from: Address
  readonly signed: SignedTransaction | undefined
  readonly deposit: Deposit | undefined
}

/** Position and receipt of a transaction. */
export interface Mined {
  readonly block: { readonly hash: Hash; readonly header: Header }
  readonly position: number
  readonly receipt: Receipt
}

const zeroAddress = toAddress(new Uint8Array(20))

/** Decodes a transaction of a block. */
export function readTransaction(raw: Uint8Array): ReadTransaction {
  const hash = toHash(keccak256(raw))
  if (raw[0] === depositType) {
    const deposit = decodeDeposit(raw)
    return { raw, hash, from: deposit.from, signed: undefined, deposit }
  }
  const signed = decodeTransaction(raw)
  const from = recoverSigner(signed.signingHash, signed.signature) ?? zeroAddress
  return { raw, hash, from, signed, deposit: undefined }
}

/** Address of the contract that a transaction creates, if any. */
export function createdContract(
  { to }: { readonly to: Address | undefined },
  from: Address,
  nonce: bigint,
): Address | undefined {
  if (to !== undefined) return undefined
  return toAddress(keccak256(encodeRlp([fromHex(from), uintToRlp(nonce)])).subarray(12))
}

/** A transaction in op-geth's JSON form; `mined` is absent for a pool transaction. */
export function transactionToJson(
  { raw, hash, from, signed, deposit }: ReadTransaction,
  mined: Mined | undefined,
): Record<string, unknown> {
  const place = {
    blockHash: mined?.block.hash ?? null,
    blockNumber: mined === undefined ? null : toQuantity(mined.block.header.number),
    ...(mined !== undefined && { blockTimestamp: toQuantity(mined.block.header.timestamp) }),
    from,
    hash,
    transactionIndex: mined === undefined ? null : toQuantity(mined.position),
  }
  if (deposit !== undefined) return { ...place, ...depositToJson(deposit, mined) }
  if (signed === undefined) throw new Error(`${toData(raw)} is neither a deposit nor signed`)
  return { ...place, ...signedToJson(signed, mined) }
}

function depositToJson(deposit: Deposit, mined: Mined | undefined): Record<string, unknown> {
  const { depositNonce, depositVersion } = mined?.receipt ?? {}
  return {
    gas: toQuantity(deposit.gas),
    gasPrice: '0x0',
    input: toData(deposit.data),
    nonce: toQuantity(depositNonce ?? 0n),
    to: deposit.to ?? null,
    value: toQuantity(deposit.value),
    type: toQuantity(depositType),
    v: '0x0',
    r: '0x0',
    s: '0x0',
    sourceHash: deposit.sourceHash,
    mint: toQuantity(deposit.mint),
    ...(deposit.isSystemTransaction && { isSystemTx: true }),
    ...(depositVersion !== undefined && { depositReceiptVersion: toQuantity(depositVersion) }),
  }
}

function signedToJson(
  signed: SignedTransaction,
  mined: Mined | undefined,
): Record<string, unknown> {
  const { type, chainId, signature, authorizations } = signed
  const price = mined?.receipt.effectiveGasPrice ?? signed.maxFeePerGas
  return {
    gas: toQuantity(signed.gasLimit),
    gasPrice: toQuantity(price),
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
