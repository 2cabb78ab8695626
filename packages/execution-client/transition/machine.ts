import type { EVM } from '@ethereumjs/evm'
import { Account, Address as EvmAddress } from '@ethereumjs/util'
import { fromHex } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import type { AccountRecord } from '#execution-client/state/account-record.ts'
import type { WorldState } from '#execution-client/state/world-state.ts'

/** An address of EthereumJS. */
export function toEvmAddress(address: Address): EvmAddress {
  return new EvmAddress(fromHex(address))
}

/** An interpreter with its state. */
export class Machine {
  readonly evm: EVM
  readonly state: WorldState

  constructor(evm: EVM, state: WorldState) {
    this.evm = evm
    this.state = state
  }

  nonceOf(address: Address): bigint {
    return this.state.account(address)?.nonce ?? 0n
  }

  balanceOf(address: Address): bigint {
    return this.state.account(address)?.balance ?? 0n
  }

  /** Changes an account through the journal, which removes touched empty accounts at the end (EIP-161). */
  async touch(
    address: Address,
    changes: Partial<Pick<AccountRecord, 'nonce' | 'balance'>>,
  ): Promise<void> {
    const { nonce = 0n, balance = 0n, storageRoot, codeHash } = this.state.account(address) ?? {}
    const now = { nonce, balance, ...changes }
    const changed = new Account(now.nonce, now.balance, storageRoot, codeHash)
    await this.evm.journal.putAccount(toEvmAddress(address), changed)
  }

  async addBalance(address: Address, amount: bigint): Promise<void> {
    await this.touch(address, { balance: this.balanceOf(address) + amount })
  }

  /**
   * Marks precompiles and the given accounts as warm, at the start of a transaction. The caller marks the entries of an
   * access list. Spec: EIP-2929, 3651
   */
  warm(addresses: readonly (Address | undefined)[]): void {
    const { evm } = this
    evm.journal.cleanJournal()
    for (const precompile of evm.precompiles.keys()) evm.journal.addAlwaysWarmAddress(precompile)
    for (const address of addresses)
      if (address !== undefined) evm.journal.addAlwaysWarmAddress(address)
  }

  /** Ends a transaction: removes self-destructed and empty accounts, and forgets transient storage. */
  async endTransaction(destroyed: Iterable<Address>): Promise<void> {
    const { evm, state } = this
    for (const address of destroyed) await evm.journal.deleteAccount(toEvmAddress(address))
    await evm.journal.cleanup()
    state.forgetOriginals()
    evm.transientStorage.clear()
  }
}
