import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex, toAddress, toHash } from '#protocol/codec/hex.ts'
import { decodeRlpList, encodeRlp, rlpBytes, rlpUint, uintToRlp } from '#protocol/codec/rlp.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { depositType } from './transaction-types.ts'

/** A transaction that L1 forces on L2. Spec: protocol/deposits.md#the-deposited-transaction-type */
export interface Deposit {
  /** Unique; identifies the event on L1 that caused the deposit. */
  readonly sourceHash: Hash
  readonly from: Address
  /** Absent for the creation of a contract. */
  readonly to: Address | undefined
  /** Wei minted on L2 for `from`. */
  readonly mint: bigint
  readonly value: bigint
  readonly gas: bigint
  /** Before Regolith, a system transaction does not use the block's gas. Later deposits do not set this. */
  readonly isSystemTransaction: boolean
  readonly data: Uint8Array
}

/** Encodes a deposit. */
export function encodeDeposit(deposit: Deposit): Uint8Array {
  const body = encodeRlp([
    fromHex(deposit.sourceHash),
    fromHex(deposit.from),
    deposit.to === undefined ? new Uint8Array(0) : fromHex(deposit.to),
    uintToRlp(deposit.mint),
    uintToRlp(deposit.value),
    uintToRlp(deposit.gas),
    uintToRlp(deposit.isSystemTransaction ? 1n : 0n),
    deposit.data,
  ])
  const raw = new Uint8Array(1 + body.length)
  raw[0] = depositType
  raw.set(body, 1)
  return raw
}

// Rule deposit-format: Encoding of a deposit transaction. Spec: deposits.md#the-deposited-transaction-type
/**
 * Decodes a deposit; its data is a view.
 *
 * @throws DecodeError if the bytes are not a deposit
 */
export function decodeDeposit(raw: Uint8Array): Deposit {
  if (raw[0] !== depositType) throw new DecodeError(`type ${raw[0]}, want ${depositType}`)
  const fields = decodeRlpList(raw.subarray(1))
  if (fields.length !== 8) throw new DecodeError(`${fields.length} fields of a deposit, want 8`)
  const to = rlpBytes(fields[2])
  const system = rlpUint(fields[6], 1)
  if (system > 1n) throw new DecodeError(`isSystemTransaction is ${system}, want 0 or 1`)
  return {
    sourceHash: toHash(rlpBytes(fields[0])),
    from: toAddress(rlpBytes(fields[1])),
    to: to.length === 0 ? undefined : toAddress(to),
    mint: rlpUint(fields[3], 32),
    value: rlpUint(fields[4], 32),
    gas: rlpUint(fields[5], 8),
    isSystemTransaction: system === 1n,
    data: rlpBytes(fields[7]),
  }
}
