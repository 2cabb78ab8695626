import { Account, type Address as EvmAddress } from '@ethereumjs/util'
import type { AccountFields, StateManagerInterface } from '@ethereumjs/common'
import type { Hex } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { wrapped } from './account-record.ts'
import type { WorldState } from './world-state.ts'

/** Adapts a state to the interface of EthereumJS, which is asynchronous although the state is in memory. */
export class EvmState implements StateManagerInterface {
  readonly #world: WorldState
  readonly originalStorageCache: StateManagerInterface['originalStorageCache']

  constructor(world: WorldState) {
    this.#world = world
    this.originalStorageCache = {
      get: async (address, key) => world.originalSlot(addressOf(address), hexOf(key)),
      clear: () => world.forgetOriginals(),
    }
  }

  async getAccount(address: EvmAddress): Promise<Account | undefined> {
    const account = this.#world.account(addressOf(address))
    if (account === undefined) return undefined
    const { nonce, balance, storageRoot, codeHash } = account
    return new Account(nonce, balance, storageRoot, codeHash)
  }

  async putAccount(address: EvmAddress, account?: Account): Promise<void> {
    if (account === undefined) return this.deleteAccount(address)
    const { codeHash } = account
    this.#world.setAccount(addressOf(address), { ...wrapped(account), codeHash })
  }

  async deleteAccount(address: EvmAddress): Promise<void> {
    this.#world.removeAccount(addressOf(address))
  }

  async modifyAccountFields(
    address: EvmAddress,
    { nonce, balance, codeHash }: AccountFields,
  ): Promise<void> {
    this.#world.setAccount(addressOf(address), {
      ...(nonce !== undefined && { nonce }),
      ...(balance !== undefined && { balance }),
      ...(codeHash !== undefined && codeHash !== null && { codeHash }),
    })
  }

  async putCode(address: EvmAddress, code: Uint8Array): Promise<void> {
    this.#world.setCode(addressOf(address), code)
  }

  async getCode(address: EvmAddress): Promise<Uint8Array> {
    return this.#world.code(addressOf(address))
  }

  async getCodeSize(address: EvmAddress): Promise<number> {
    return this.#world.code(addressOf(address)).length
  }

  async getStorage(address: EvmAddress, key: Uint8Array): Promise<Uint8Array> {
    return this.#world.slot(addressOf(address), hexOf(key))
  }

  async putStorage(address: EvmAddress, key: Uint8Array, value: Uint8Array): Promise<void> {
    this.#world.setSlot(addressOf(address), hexOf(key), value)
  }

  async clearStorage(address: EvmAddress): Promise<void> {
    this.#world.clearSlots(addressOf(address))
  }

  async checkpoint(): Promise<void> {
    this.#world.checkpoint()
  }

  async commit(): Promise<void> {
    this.#world.keep()
  }

  async revert(): Promise<void> {
    this.#world.revert()
  }

  clearCaches(): void {
    // There is no cache to clear.
  }

  async getStateRoot(): Promise<never> {
    return notAsked('getStateRoot')
  }

  async setStateRoot(): Promise<never> {
    return notAsked('setStateRoot')
  }

  async hasStateRoot(): Promise<never> {
    return notAsked('hasStateRoot')
  }

  shallowCopy(): never {
    return notAsked('shallowCopy')
  }
}

/** Throws for a method that the interpreter does not call. */
function notAsked(what: string): never {
  throw new Error(`${what} is not implemented: the interpreter does not need it`)
}

function addressOf({ bytes }: EvmAddress): Address {
  // Converts an address of EthereumJS.
  return hexOf(bytes) as Address
}

function hexOf(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}
