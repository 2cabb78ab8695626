import type { Address } from '#protocol/primitives.ts'
import { type Authorization, authorizationHash } from '#protocol/transaction/transaction.ts'
import { maxNonce } from '#execution-client/state/account-record.ts'
import { recoverSigner } from '#runtime/crypto/secp256k1.ts'
import { type Machine, toEvmAddress } from './machine.ts'

/** Prefix of a delegation to the code of another account. Spec: EIP-7702 */
const delegationPrefix = Uint8Array.of(0xef, 0x01, 0x00)

const noAddress = `0x${'00'.repeat(20)}`

/** Gas refund for an account that already exists, since the intrinsic gas charges each account as a new account. */
const existingAccountRefund = 12_500n

/** Whether code is a delegation, so that its account may send transactions. */
export function isDelegation(code: Uint8Array): boolean {
  return code.length === 23 && delegationPrefix.every((byte, at) => code[at] === byte)
}

/**
 * Applies authorizations. Invalid authorizations are skipped.
 *
 * @returns the gas refund
 */
export async function applyAuthorizations(
  authorizations: readonly Authorization[],
  { machine, chainId }: { readonly machine: Machine; readonly chainId: bigint },
): Promise<bigint> {
  const { evm, state } = machine
  let refund = 0n
  for (const authorization of authorizations) {
    const { address, nonce } = authorization
    if (authorization.chainId !== 0n && authorization.chainId !== chainId) continue
    if (nonce >= maxNonce) continue
    const authority = signerOf(authorization)
    if (authority === undefined) continue
    evm.journal.addAlwaysWarmAddress(authority)
    const account = state.account(authority)
    const code = state.code(authority)
    if (code.length > 0 && !isDelegation(code)) continue
    if ((account?.nonce ?? 0n) !== nonce) continue
    if (account !== undefined) refund += existingAccountRefund
    await machine.touch(authority, { nonce: nonce + 1n })
    const delegation = address === noAddress ? new Uint8Array(0) : delegationTo(address)
    await evm.stateManager.putCode(toEvmAddress(authority), delegation)
  }
  return refund
}

function signerOf(authorization: Authorization): Address | undefined {
  return recoverSigner(authorizationHash(authorization), authorization.signature)
}

function delegationTo(address: Address): Uint8Array {
  const code = new Uint8Array(delegationPrefix.length + 20)
  code.set(delegationPrefix)
  code.set(toEvmAddress(address).bytes, delegationPrefix.length)
  return code
}
