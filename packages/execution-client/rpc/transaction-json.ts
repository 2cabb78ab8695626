import type { Header } from '#protocol/block/header.ts'
import { fromHex, toAddress, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, uintToRlp } from '#protocol/codec/rlp.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { decodeDeposit, type Deposit } from '#protocol/transaction/deposit.ts'
import { decodeTransaction, type SignedTransaction } from '#protocol/transaction/transaction.ts'
import { recoverSigner } from '#runtime/crypto/secp256k1.ts'
import { toData, toQuantity } from '#json-rpc/forms/fields.ts'
import { depositToJson, signedToJson } from '#json-rpc/forms/transaction-to-json.ts'
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
  if (deposit !== undefined) {
    const { depositNonce, depositVersion } = mined?.receipt ?? {}
    return {
      ...place,
      ...depositToJson(deposit),
      gasPrice: '0x0',
      nonce: toQuantity(depositNonce ?? 0n),
      ...(depositVersion !== undefined && { depositReceiptVersion: toQuantity(depositVersion) }),
    }
  }
  if (signed === undefined) throw new Error(`${toData(raw)} is neither a deposit nor signed`)
  const gasPrice = toQuantity(mined?.receipt.effectiveGasPrice ?? signed.maxFeePerGas)
  return { ...place, ...signedToJson(signed), gasPrice }
}
