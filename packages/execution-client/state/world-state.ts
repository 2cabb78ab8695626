import type { Hex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeRlp, encodeRlp, rlpBytes } from '#protocol/codec/rlp.ts'
import type { Address } from '#protocol/primitives.ts'
import { emptyTrieRoot } from '#protocol/trie/ordered-root.ts'
import { type NodeSink, type NodeSource, Trie } from '#execution-client/trie/trie.ts'
import {
  type AccountRecord,
  decodeAccount,
  emptyCodeHash,
  encodeAccount,
} from './account-record.ts'
import type { HashedKeys } from './hashed-keys.ts'

/** Store of codes, by hash. Returns the same array for each read of a code, so that caches can use it as a key. */
interface CodeSource {
  /** The code with this hash. @throws Error if it is missing */
  code(hash: Uint8Array): Uint8Array
}

/** Store of trie nodes and codes. */
export interface StateSource extends NodeSource, CodeSource {
  readonly keys: HashedKeys
}

/** State changes of a block, to be stored. */
export interface StateChanges {
  /** Changed accounts, with their changed slots. */
  readonly touched: ReadonlyMap<Address, readonly Hex[]>
  /** 32 bytes. */
  readonly root: Uint8Array
  readonly nodes: readonly (readonly [hash: Uint8Array, encoded: Uint8Array])[]
  readonly codes: readonly (readonly [hash: Uint8Array, code: Uint8Array])[]
}

interface LoadedAccount extends AccountRecord {
  readonly storage: Trie
}

const nothing = new Uint8Array(0)

/**
 * The state of a chain during a block. Changes are kept outside of the tries until the block ends, and can be reverted
 * to a checkpoint.
 */
export class WorldState {
  readonly #source: StateSource
  readonly #trie: Trie
  readonly #accounts = new Map<Address, LoadedAccount | undefined>()
  readonly #slots = new Map<Address, Map<Hex, Uint8Array>>()
  readonly #changedAccounts = new Set<Address>()
  readonly #changedSlots = new Map<Address, Set<Hex>>()
  /** Accounts whose slots were cleared, so that their storage trie is obsolete. */
  readonly #cleared = new Set<Address>()
  /** Slot values before the transaction. */
  readonly #originals = new Map<Address, Map<Hex, Uint8Array>>()
  readonly #codes = new Map<string, readonly [Uint8Array, Uint8Array]>()
  readonly #undo: (() => void)[] = []
  readonly #checkpoints: number[] = []

  /** @param trie account trie of the state; by default an empty trie */
  constructor(source: StateSource, trie: Trie = new Trie(source)) {
    this.#source = source
    this.#trie = trie.copy()
  }

  /** Undefined for a missing account. */
  account(address: Address): AccountRecord | undefined {
    return this.#load(address)
  }

  /** Changes the given fields of an account, or creates it. */
  setAccount(
    address: Address,
    changes: Partial<Pick<AccountRecord, 'nonce' | 'balance' | 'codeHash'>>,
  ): void {
    this.#replace(address, { ...(this.#load(address) ?? this.#newAccount()), ...changes })
  }

  removeAccount(address: Address): void {
    if (this.#load(address) === undefined) return
    this.clearSlots(address)
    this.#replace(address, undefined)
  }

  code(address: Address): Uint8Array {
    const hash = this.#load(address)?.codeHash
    if (hash === undefined || Buffer.compare(hash, emptyCodeHash) === 0) return nothing
    return this.#codes.get(keyOf(hash))?.[1] ?? this.#source.code(hash)
  }

  setCode(address: Address, code: Uint8Array): void {
    const codeHash = keccak256(code)
    if (code.length > 0) this.#codes.set(keyOf(codeHash), [codeHash, code])
    this.setAccount(address, { codeHash })
  }

  /** Reads a slot without leading zeros; empty for zero. */
  slot(address: Address, key: Hex): Uint8Array {
    const slots = this.#slotsOf(address)
    const known = slots.get(key)
    if (known !== undefined) return known
    const value = this.#readSlot(address, key)
    slots.set(key, value)
    return value
  }

  /** Reads a slot as it was before the transaction. */
  originalSlot(address: Address, key: Hex): Uint8Array {
    return this.#originals.get(address)?.get(key) ?? this.slot(address, key)
  }

  setSlot(address: Address, key: Hex, value: Uint8Array): void {
    const old = this.slot(address, key)
    const originals = getOrInsert(this.#originals, address, () => new Map<Hex, Uint8Array>())
    if (!originals.has(key)) originals.set(key, old)
    const changed = getOrInsert(this.#changedSlots, address, () => new Set<Hex>())
    const slots = this.#slotsOf(address)
    const wasChanged = changed.has(key)
    this.#undo.push(() => {
      slots.set(key, old)
      if (!wasChanged) changed.delete(key)
    })
    slots.set(key, withoutLeadingZeros(value).slice())
    changed.add(key)
  }

  clearSlots(address: Address): void {
    const [slots, changed] = [this.#slots.get(address), this.#changedSlots.get(address)]
    const wasCleared = this.#cleared.has(address)
    this.#undo.push(() => {
      restore(this.#slots, address, slots)
      restore(this.#changedSlots, address, changed)
      if (!wasCleared) this.#cleared.delete(address)
    })
    this.#slots.set(address, new Map())
    this.#changedSlots.set(address, new Set())
    this.#cleared.add(address)
  }

  /** Ends a transaction. Its slot values become the original values of the next transaction. */
  forgetOriginals(): void {
    this.#originals.clear()
  }

  checkpoint(): void {
    this.#checkpoints.push(this.#undo.length)
  }

  /** Drops the last checkpoint, and keeps the changes made after it. An outer checkpoint can still revert them. */
  keep(): void {
    this.#checkpoints.pop()
    if (this.#checkpoints.length === 0) this.#undo.length = 0
  }

  /** Reverts the changes made after the last checkpoint. */
  revert(): void {
    const length = this.#checkpoints.pop() ?? 0
    while (this.#undo.length > length) this.#undo.pop()?.()
  }

  /** Writes the changes to the tries at the end of the block. */
  commit(): StateChanges {
    const nodes: [Uint8Array, Uint8Array][] = []
    const sink: NodeSink = (hash, encoded) => void nodes.push([hash, encoded])
    const touched = new Map<Address, readonly Hex[]>()
    for (const address of new Set([...this.#changedAccounts, ...this.#changedSlots.keys()])) {
      touched.set(address, [...(this.#changedSlots.get(address) ?? [])])
      const key = this.#source.keys.hash(address)
      const account = this.#load(address)
      if (account === undefined) this.#trie.delete(key)
      else this.#trie.put(key, encodeAccount(this.#commitSlots(address, account, sink)))
    }
    this.#changedAccounts.clear()
    this.#changedSlots.clear()
    this.#cleared.clear()
    this.#undo.length = 0
    return { root: this.#trie.root(sink), nodes, codes: [...this.#codes.values()], touched }
  }

  /** The account trie, which has the changes of the block only after `commit`. */
  get trie(): Trie {
    return this.#trie
  }

  /** The committed storage trie of an account. */
  storageTrie(address: Address): Trie {
    return this.#load(address)?.storage ?? new Trie(this.#source)
  }

  #commitSlots(address: Address, account: LoadedAccount, sink: NodeSink): AccountRecord {
    const changed = this.#changedSlots.get(address)
    if (changed === undefined) return account
    const isCleared = this.#cleared.has(address)
    if (!isCleared && changed.size === 0) return account
    const storage = isCleared ? new Trie(this.#source) : account.storage.copy()
    const slots = this.#slotsOf(address)
    for (const slot of changed) {
      const value = slots.get(slot) ?? nothing
      const key = this.#source.keys.hash(slot)
      if (value.length === 0) storage.delete(key)
      else storage.put(key, encodeRlp(value))
    }
    const committed = { ...account, storage, storageRoot: storage.root(sink) }
    this.#accounts.set(address, committed)
    return committed
  }

  #load(address: Address): LoadedAccount | undefined {
    if (this.#accounts.has(address)) return this.#accounts.get(address)
    const encoded = this.#trie.get(this.#source.keys.hash(address))
    const record = encoded && decodeAccount(encoded)
    const account = record && {
      ...record,
      storage: new Trie(this.#source, record.storageRoot),
    }
    this.#accounts.set(address, account)
    return account
  }

  #replace(address: Address, account: LoadedAccount | undefined): void {
    const old = this.#load(address)
    const wasChanged = this.#changedAccounts.has(address)
    this.#undo.push(() => {
      this.#accounts.set(address, old)
      if (!wasChanged) this.#changedAccounts.delete(address)
    })
    this.#accounts.set(address, account)
    this.#changedAccounts.add(address)
  }

  #newAccount(): LoadedAccount {
    const storage = new Trie(this.#source)
    return { nonce: 0n, balance: 0n, codeHash: emptyCodeHash, storageRoot: emptyTrieRoot, storage }
  }

  #slotsOf(address: Address): Map<Hex, Uint8Array> {
    return getOrInsert(this.#slots, address, () => new Map<Hex, Uint8Array>())
  }

  #readSlot(address: Address, key: Hex): Uint8Array {
    const account = this.#load(address)
    if (account === undefined || this.#cleared.has(address)) return nothing
    const encoded = account.storage.get(this.#source.keys.hash(key))
    return encoded === undefined ? nothing : rlpBytes(decodeRlp(encoded))
  }
}

function withoutLeadingZeros(value: Uint8Array): Uint8Array {
  let zeros = 0
  while (value[zeros] === 0) zeros++
  return value.subarray(zeros)
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('latin1')
}

function getOrInsert<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function restore<Key, Value>(map: Map<Key, Value>, key: Key, value: Value | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}
