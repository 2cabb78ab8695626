import type { Hardforks } from '#protocol/chains/hardforks.ts'
import type { AccessList } from '#protocol/transaction/transaction.ts'

/** Inputs of the intrinsic gas of a transaction. */
export interface Charged {
  readonly data: Uint8Array
  readonly isCreation: boolean
  readonly accessList: AccessList
  readonly authorizations: number
}

/** Maximum size of contract creation code, from Canyon on. Spec: EIP-3860 */
export const maxInitCodeBytes = 49_152

/** Maximum gas of a user transaction from Osaka on. Spec: EIP-7825 */
export const maxTransactionGas = 16_777_216n

/** Gas of an empty transaction. */
export const transactionGas = 21_000n
const authorizationGas = 25_000n

/** The intrinsic gas of a transaction. Spec: EIP-2028, 2930, 3860, 7702 */
export function intrinsicGas(
  { data, isCreation, accessList, authorizations }: Charged,
  forks: Hardforks,
): bigint {
  const zeros = zeroBytes(data)
  let gas = transactionGas + BigInt(4 * zeros + 16 * (data.length - zeros))
  if (isCreation) gas += 32_000n
  if (isCreation && forks.canyon) gas += 2n * BigInt(Math.ceil(data.length / 32))
  for (const { storageKeys } of accessList) gas += 2_400n + 1_900n * BigInt(storageKeys.length)
  return gas + authorizationGas * BigInt(authorizations)
}

/** The minimum gas for the data of a transaction, from Isthmus on. Spec: EIP-7623 */
export function floorGas(data: Uint8Array, forks: Hardforks): bigint {
  if (!forks.isthmus) return 0n
  const zeros = zeroBytes(data)
  return transactionGas + 10n * BigInt(zeros + 4 * (data.length - zeros))
}

/** Gas used after the refund, which is limited to a fifth. Spec: EIP-3529, 7623 */
export function chargedGas(
  used: bigint,
  { refund, floor }: { readonly refund: bigint; readonly floor: bigint },
): bigint {
  const most = used / 5n
  const after = used - (refund > most ? most : refund)
  return after < floor ? floor : after
}

function zeroBytes(data: Uint8Array): number {
  let zeros = 0
  for (const byte of data) if (byte === 0) zeros++
  return zeros
}
