import { fromHex } from '#protocol/codec/hex.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { type Genesis, makeGenesisBlock } from '#execution-client/genesis/genesis.ts'
import { type StateSource, WorldState } from '#execution-client/state/world-state.ts'
import {
  type BlockBody,
  BlockStore,
  type KnownBlock,
  type Label,
} from '#execution-client/store/block-store.ts'
import type { SqliteFile } from '#runtime/sqlite.ts'
import { StateStore } from '#execution-client/store/state-store.ts'
import { keepConfig } from '#execution-client/store/stored-config.ts'
import {
  BlockBuilder,
  type ExecutedBlock,
  type Executor,
  type ParentBlock,
} from '#execution-client/transition/execute-block.ts'
import type { ExecutionConfig } from '#execution-client/transition/execution-config.ts'
import { Interpreters } from '#execution-client/transition/interpreter.ts'
import { Trie } from '#execution-client/trie/trie.ts'

/** Options of a chain. */
export interface ChainOptions {
  readonly database: SqliteFile
  readonly genesis: Genesis
  /** Whether all states are kept. Otherwise, a state below both the `stateWindow` and the finalized block is pruned. */
  readonly archive: boolean
}

/** The forkchoice of the consensus client. */
export interface Heads {
  readonly head: Hash
  readonly safe: Hash | undefined
  readonly finalized: Hash | undefined
}

/** The blocks that leave and join the canonical chain when the head changes. */
export interface HeadChange {
  readonly head: KnownBlock
  /** Newest first. */
  readonly removed: readonly KnownBlock[]
  /** Oldest first. */
  readonly added: readonly KnownBlock[]
}

/** Number of blocks below the head whose states are kept. The states from the finalized block on are kept too. */
export const stateWindow = 128

/** Limit on executed blocks that are not canonical. Above it, the lowest such block that has no child is dropped. */
export const maxPendingBlocks = 512

/** Limit on canonical blocks in memory. Their trie nodes need not be read from the database to execute new blocks. */
const recentBlocks = 64

/** After this many blocks, the trie nodes in memory are dropped. Otherwise they would grow to the whole state. */
const blocksBetweenReloads = 2_048

/** Limit on the states that one forkchoice update prunes, so that pruning does not delay the next block. */
const maxForgottenAtOnce = 8

/** A chain of blocks with their states. Canonical blocks are in the database, other executed blocks in memory. */
export class Chain {
  readonly config: ExecutionConfig
  readonly genesis: KnownBlock
  readonly #database: SqliteFile
  readonly #blocks: BlockStore
  readonly #states: StateStore
  readonly #interpreters: Interpreters
  readonly #archive: boolean
  readonly #pending = new Map<Hash, ExecutedBlock>()
  readonly #recent = new Map<Hash, ExecutedBlock>()
  readonly #listeners = new Set<(change: HeadChange) => void>()
  #head: KnownBlock
  #safe: KnownBlock | undefined
  #finalized: KnownBlock | undefined
  #sinceReload = 0

  /**
   * Opens a chain, which then owns the database. If the constructor throws, the caller closes the database.
   *
   * @throws Fault `genesis-mismatch`, `config-mismatch` if the database belongs to another chain
   */
  constructor({ database, genesis, archive }: ChainOptions) {
    this.config = genesis.config
    this.#database = database
    this.#archive = archive
    this.#blocks = new BlockStore(database)
    this.#states = new StateStore(database)
    this.#interpreters = new Interpreters(genesis.config)
    this.genesis = this.#openGenesis(genesis)
    this.#head = this.#labelled('head') ?? this.genesis
    this.#safe = this.#labelled('safe')
    this.#finalized = this.#labelled('finalized')
    keepConfig(database, this.config, this.#head.header.timestamp)
  }

  get head(): KnownBlock {
    return this.#head
  }

  /** Undefined until the forkchoice sets it. */
  get safe(): KnownBlock | undefined {
    return this.#safe
  }

  /** Undefined until the forkchoice sets it. */
  get finalized(): KnownBlock | undefined {
    return this.#finalized
  }

  /** An executed block, canonical or not. */
  find(hash: Hash): KnownBlock | undefined {
    const known = this.#pending.get(hash) ?? this.#recent.get(hash)
    if (known !== undefined) return known
    const header = this.#blocks.header(hash)
    return header && { hash, header }
  }

  /** The canonical block with this number. */
  canonical(number: bigint): KnownBlock | undefined {
    const hash = number > this.#head.header.number ? undefined : this.#blocks.canonical(number)
    return hash === undefined ? undefined : this.find(hash)
  }

  isCanonical({ hash, header }: KnownBlock): boolean {
    return this.#blocks.canonical(header.number) === hash
  }

  /** The body of a block. */
  body({ hash }: KnownBlock): BlockBody {
    const executed = this.#pending.get(hash) ?? this.#recent.get(hash)
    const body = executed === undefined ? this.#blocks.body(hash) : bodyOf(executed)
    if (body === undefined) throw new Error(`block ${hash} is unknown`)
    return body
  }

  /** The position of a transaction in the canonical chain. */
  place(transaction: Hash): ReturnType<BlockStore['place']> {
    return this.#blocks.place(transaction)
  }

  /** Whether the state of a block is available. */
  hasState({ hash }: KnownBlock): boolean {
    return this.#pending.has(hash) || this.#blocks.hasState(hash)
  }

  /** The state after a block. A read throws MissingState if the state was pruned. */
  state(block: KnownBlock): WorldState {
    return new WorldState(this.#states, this.#trie(block))
  }

  /** The store of states. */
  get source(): StateSource {
    return this.#states
  }

  /** Returns an executor for blocks and calls on the states of this chain. */
  executor(interpreters: Interpreters): Executor {
    return {
      config: this.config,
      interpreters,
      source: this.#states,
      ancestorHash: (child, number) => this.#ancestorHash(child, number),
    }
  }

  /** Starts to build a block. Only one block may be built at a time. */
  build(parent: KnownBlock, attributes: PayloadAttributes): Promise<BlockBuilder> {
    const block: ParentBlock = { ...parent, trie: this.#trie(parent) }
    return BlockBuilder.begin(this.executor(this.#interpreters), block, attributes)
  }

  /**
   * Adds an executed block, which can then become canonical or the parent of another block.
   *
   * @returns false if the limit is reached and no block can be dropped, since every block that is not canonical is an
   *   ancestor of `block`
   */
  add(block: ExecutedBlock): boolean {
    if (this.find(block.hash) !== undefined) return true
    if (this.#pending.size >= maxPendingBlocks) {
      const victim = this.#lowestLeafBeside(block)
      if (victim === undefined) return false
      this.#giveUp(victim)
    }
    this.#states.hold(block.changes)
    this.#pending.set(block.hash, block)
    return true
  }

  #lowestLeafBeside({ header }: ExecutedBlock): ExecutedBlock | undefined {
    const pending = [...this.#pending.values()]
    const parents = new Set(pending.map((held) => held.header.parentHash))
    return pending
      .filter(({ hash }) => !parents.has(hash) && hash !== header.parentHash)
      .toSorted((left, right) => Number(left.header.number - right.header.number))
      .at(0)
  }

  /**
   * Sets the head, safe and finalized block. All their data is in the database when this returns.
   *
   * @throws Error if one of these blocks was never executed, or if the state of the head was pruned
   */
  choose({ head, safe, finalized }: Heads): HeadChange {
    const change = this.#changeTo(this.#require(head))
    if (!this.hasState(change.head)) throw new Error(`the state of block ${head} was pruned`)
    const isSame =
      head === this.#head.hash && safe === this.#safe?.hash && finalized === this.#finalized?.hash
    if (isSame) return change
    const forgotten = this.#write(() => {
      const [oldest] = change.added
      const fork = oldest === undefined ? change.head.header.number : oldest.header.number - 1n
      this.#blocks.cutCanonical(fork)
      for (const block of change.added) this.#makeCanonical(block)
      this.#blocks.setLabel('head', head)
      this.#blocks.setLabel('safe', safe)
      this.#blocks.setLabel('finalized', finalized)
      return this.#archive ? [] : this.#forgetOldStates(change.head, finalized)
    })
    for (const block of change.added) this.#settle(block)
    this.#giveUpWhatIsOn(forgotten)
    this.#head = change.head
    this.#safe = safe === undefined ? undefined : this.#require(safe)
    this.#finalized = finalized === undefined ? undefined : this.#require(finalized)
    if (change.added.length + change.removed.length > 0)
      for (const listener of this.#listeners) listener(change)
    return change
  }

  /** Calls back when the canonical chain has changed. The returned function removes the callback. */
  onChange(listener: (change: HeadChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#database.close()
  }

  #openGenesis(genesis: Genesis): KnownBlock {
    const stored = this.#blocks.canonical(genesis.header.number)
    const block = makeGenesisBlock(genesis, this.#states)
    if (stored !== undefined && stored !== block.hash) {
      const detail = `${this.#database.path} has genesis ${stored}, not ${block.hash}: give the genesis that the database was created with, or another folder`
      throw new Fault('genesis-mismatch', { detail })
    }
    if (stored === undefined)
      this.#write(() => {
        this.#makeCanonical(block)
        this.#states.keep(block.changes)
        this.#blocks.put(block, { transactions: [], receipts: [] })
        this.#blocks.setLabel('head', block.hash)
      })
    return { hash: block.hash, header: block.header }
  }

  /** Writes in a database transaction. If it fails, the reference counts in memory are rolled back too. */
  #write<Result>(work: () => Result): Result {
    try {
      return this.#database.transaction(work)
    } catch (error) {
      this.#states.readReferences()
      throw error
    }
  }

  #labelled(name: Label): KnownBlock | undefined {
    const hash = this.#blocks.label(name)
    return hash === undefined ? undefined : this.find(hash)
  }

  #require(hash: Hash): KnownBlock {
    const block = this.find(hash)
    if (block === undefined) throw new Error(`block ${hash} was never executed`)
    return block
  }

  #trie({ hash, header }: KnownBlock): Trie {
    const executed = this.#pending.get(hash) ?? this.#recent.get(hash)
    return executed?.trie ?? new Trie(this.#states, fromHex(header.stateRoot))
  }

  #changeTo(head: KnownBlock): HeadChange {
    const added: KnownBlock[] = []
    let fork = head
    while (!this.isCanonical(fork)) {
      added.unshift(fork)
      fork = this.#require(fork.header.parentHash)
    }
    const removed: KnownBlock[] = []
    for (let number = this.#head.header.number; number > fork.header.number; number--) {
      const block = this.canonical(number)
      if (block !== undefined) removed.push(block)
    }
    return { head, added, removed }
  }

  #makeCanonical(block: KnownBlock): void {
    const executed = this.#pending.get(block.hash)
    if (executed !== undefined) {
      this.#blocks.put(block, bodyOf(executed))
      this.#states.keep(executed.changes)
    }
    this.#blocks.makeCanonical(
      block,
      executed === undefined ? this.#transactionsOf(block) : bodyOf(executed).transactions,
    )
  }

  #transactionsOf({ hash }: KnownBlock): readonly Uint8Array[] {
    return this.#blocks.body(hash)?.transactions ?? []
  }

  /** Moves a stored block from the pending to the recent blocks, and drops the oldest recent blocks from memory. */
  #settle({ hash }: KnownBlock): void {
    const executed = this.#pending.get(hash)
    if (executed === undefined) return
    this.#pending.delete(hash)
    this.#states.release(executed.changes)
    this.#sinceReload++
    const isReload = this.#sinceReload >= blocksBetweenReloads
    if (isReload) {
      this.#sinceReload = 0
      this.#recent.clear()
      return
    }
    this.#recent.set(hash, { ...executed, changes: { ...executed.changes, nodes: [], codes: [] } })
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= recentBlocks) break
      this.#recent.delete(oldest)
    }
  }

  #giveUp(block: ExecutedBlock): void {
    this.#pending.delete(block.hash)
    this.#states.release(block.changes)
  }

  /** Drops the blocks in memory that were built on a pruned state, and their descendants. */
  #giveUpWhatIsOn(forgotten: readonly KnownBlock[]): void {
    for (const { hash } of forgotten) {
      this.#recent.delete(hash)
      const children = [...this.#pending.values()].filter(
        ({ header }) => header.parentHash === hash,
      )
      for (const child of children) this.#giveUp(child)
      this.#giveUpWhatIsOn(children)
    }
  }

  /** Prunes old states. @returns the blocks whose states were pruned */
  #forgetOldStates({ header }: KnownBlock, finalized: Hash | undefined): readonly KnownBlock[] {
    const final = finalized === undefined ? 0n : this.#require(finalized).header.number
    const window = header.number - BigInt(stateWindow)
    const upTo = (window < final ? window : final) - 1n
    if (upTo < 0n) return []
    const old = this.#blocks.withState(upTo, maxForgottenAtOnce)
    for (const block of old) {
      this.#states.forget(fromHex(block.header.stateRoot))
      this.#blocks.markStatePruned(block)
    }
    return old
  }

  #ancestorHash(child: KnownBlock, number: bigint): Hash {
    let block = child
    while (block.header.number > number) {
      if (this.isCanonical(block)) return this.#blocks.canonical(number) ?? block.hash
      block = this.#require(block.header.parentHash)
    }
    return block.hash
  }
}

function bodyOf({ transactions }: ExecutedBlock): BlockBody {
  return {
    transactions: transactions.map(({ raw }) => raw),
    receipts: transactions.map(({ receipt }) => receipt),
  }
}
