import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { L1Pages, L2Pages, type Page, type PageRequest } from './block-pages.ts'

// Rule limit-reorg: An L1 reorg of five sequencing windows is followed. Spec: sync/start.go
/** Sequencing windows that a reorg of L1 may take back of the unsafe chain. Source: op-node, rollup/sync/start.go */
const maxReorgWindows = 5n

// Rule limit-recover: Fourteen windows without a safe head mean that the execution client synced by itself. Spec: sync/start.go
/** Sequencing windows that an unsafe chain without a safe head must be long for it to count as synced by its engine. */
const recoverWindows = 14n

/** What an engine says of its chain. */
export interface EngineLabels {
  readonly unsafe: L2BlockRef
  /** Absent: nothing was called safe yet. */
  readonly safe: L2BlockRef | undefined
  readonly finalized: L2BlockRef | undefined
}

/** Where derivation and the engine start. */
interface StartHeads {
  readonly unsafe: L2BlockRef
  readonly safe: L2BlockRef
  readonly finalized: L2BlockRef
}

/** What a search starts from. */
export interface SyncStartOptions {
  readonly config: RollupConfig
  readonly labels: EngineLabels
  /** How far below the head an engine that synced by itself has its safe head, in seconds. */
  readonly safeOffsetSeconds: bigint
}

/** What a search needs, or has come to. */
export type SyncStartStep =
  | PageRequest
  | { readonly kind: 'found'; readonly heads: StartHeads }
  | { readonly kind: 'failed'; readonly reason: SyncStartFault; readonly detail: string }

/**
 * Why there is no start. The first three need an operator; with the others, chain or source changed while they were read, and
 * another search may do.
 */
type SyncStartFault =
  | 'wrong-chain'
  | 'reorg-past-finality'
  | 'reorg-too-deep'
  | 'l2-missing'
  | 'l2-inconsistent'
  | 'l1-inconsistent'

// Rule sync-start-window: The safe head goes back a sequencing window below the newest canonical block, not below finalized.
// Spec: derivation.md#finding-the-sync-starting-point, sync/start.go
/**
 * Finds the heads to start from: the newest L2 block whose L1 origins may all be canonical, and a safe one a whole sequencing
 * window below the newest that surely is, so that everything that could change it is read again. Never below the finalized.
 *
 * A state machine: each step says what blocks it needs, and the next step takes them.
 * Spec: protocol/derivation.md#finding-the-sync-starting-point; numbers and order of the checks are op-node's
 */
export class SyncStart {
  readonly #config: RollupConfig
  readonly #options: SyncStartOptions
  readonly #l1 = new L1Pages()
  readonly #l2 = new L2Pages()
  #phase: 'labels' | 'genesis' | 'walk' | 'offset' = 'labels'
  #safe: L2BlockRef
  #finalized: L2BlockRef
  #at: L2BlockRef
  #unsafe: L2BlockRef | undefined
  /** Newest block on the walk whose L1 origin is canonical. */
  #highest: L2BlockRef | undefined
  /** Whether the parent of the block is the safe head. */
  #isReady = false

  constructor(options: SyncStartOptions) {
    const { config, labels } = options
    this.#config = config
    this.#options = options
    this.#at = labels.unsafe
    this.#unsafe = labels.unsafe
    // Until the genesis block is there, which stands for heads that are not.
    this.#finalized = labels.finalized ?? labels.unsafe
    this.#safe = labels.safe ?? this.#finalized
  }

  /** Goes on with what was asked for last, as far as that leads. */
  step(page?: Page): SyncStartStep {
    const problem = page === undefined ? undefined : this.#take(page)
    if (problem !== undefined) return problem
    if (this.#phase === 'labels') {
      const step = this.#begin()
      if (step !== undefined) return step
    }
    for (;;) {
      const step = this.#visit() ?? this.#descend()
      if (step !== undefined) return step
    }
  }

  #take(page: Page): SyncStartStep | undefined {
    if (page.kind === 'l1')
      return this.#l1.take(page.blocks)
        ? undefined
        : failed('l1-inconsistent', 'L1 blocks do not hang together')
    const block = this.#l2.take(page.blocks)
    if (block === undefined)
      return failed('l2-missing', 'the engine lacks an L2 block of its chain')
    if (this.#phase === 'offset') return this.#found(block)
    if (this.#phase === 'genesis') {
      this.#finalized = block
      this.#safe = this.#options.labels.safe ?? block
      this.#phase = 'labels'
    }
    return undefined
  }

  // Rule sync-start-labels: An execution client that synced by itself or lost its head is recognised. Spec: sync/start.go
  /** What the labels alone decide. */
  #begin(): SyncStartStep | undefined {
    const { genesis, sequencingWindow, blockTime } = this.#config
    const { labels, safeOffsetSeconds } = this.#options
    const { unsafe } = labels
    if (labels.finalized === undefined && this.#finalized.hash !== genesis.l2.hash) {
      this.#phase = 'genesis'
      return this.#l2.ask({ ...genesis.l2, count: 1 })
    }
    this.#phase = 'walk'
    const isSyncedByEngine =
      this.#finalized.hash === genesis.l2.hash &&
      this.#safe.hash === genesis.l2.hash &&
      unsafe.number > genesis.l2.number &&
      unsafe.l1Origin.number > genesis.l1.number + recoverWindows * sequencingWindow
    const isBroken = unsafe.number < this.#safe.number || unsafe.number < this.#finalized.number
    if (!isSyncedByEngine && !isBroken) return undefined
    const below = (safeOffsetSeconds + blockTime - 1n) / blockTime
    const room = unsafe.number - genesis.l2.number
    const number = unsafe.number - (below < room ? below : room)
    if (number === unsafe.number) return this.#found(unsafe)
    this.#phase = 'offset'
    return this.#l2.ask({ number, hash: undefined, count: 1 })
  }

  #found(safe: L2BlockRef): SyncStartStep {
    const { unsafe } = this.#options.labels
    return { kind: 'found', heads: { unsafe, safe, finalized: safe } }
  }

  // Rule sync-start-origins: Blocks with a replaced L1 origin are dropped; those with an unknown newer origin are kept.
  // Spec: sync/start.go
  /** Looks at one block of the walk. */
  #visit(): SyncStartStep | undefined {
    const block = this.#at
    const l1 = this.#l1.at(block.l1Origin.number)
    if (l1 !== undefined && 'kind' in l1) return l1
    // Rule sync-start-broken: A chain with broken links or another genesis is refused. Spec: sync/start.go
    const wrong = this.#wrongChain(l1)
    if (wrong !== undefined) return wrong
    const { sequencingWindow } = this.#config
    if (this.#unsafe === undefined) {
      this.#unsafe = block
      const newest = this.#options.labels.unsafe
      if (block.l1Origin.number + maxReorgWindows * sequencingWindow < newest.l1Origin.number)
        return failed('reorg-too-deep', `back to ${nameOf(block)} from ${nameOf(newest)}`)
    }
    // What L1 does not have yet may become canonical.
    if (l1 !== undefined && l1.hash !== block.l1Origin.hash) {
      this.#unsafe = undefined
      this.#highest = undefined
    } else if (l1 !== undefined) this.#highest ??= block
    this.#isReady ||=
      this.#highest !== undefined &&
      block.number <= this.#safe.number &&
      block.l1Origin.number + sequencingWindow < this.#highest.l1Origin.number &&
      block.sequenceNumber === 0n
    return block.number === this.#finalized.number ? this.#finish(block) : undefined
  }

  #wrongChain(l1: L1BlockRef | undefined): SyncStartStep | undefined {
    const block = this.#at
    const { genesis } = this.#config
    if (block.number === genesis.l2.number) {
      if (block.hash !== genesis.l2.hash)
        return failed('wrong-chain', `L2 begins with ${block.hash}, want ${genesis.l2.hash}`)
      if (l1 !== undefined && l1.hash !== genesis.l1.hash)
        return failed('wrong-chain', `L1 has ${l1.hash} at the genesis, want ${genesis.l1.hash}`)
    }
    if (block.number === this.#finalized.number && block.hash !== this.#finalized.hash)
      return failed('reorg-past-finality', `${nameOf(block)} for ${nameOf(this.#finalized)}`)
    return undefined
  }

  /** To the parent. */
  #descend(): SyncStartStep | undefined {
    const block = this.#at
    const parent = this.#l2.parentOf(block, this.#finalized.number)
    if ('kind' in parent) return parent
    const problem = this.#brokenLink(parent)
    if (problem !== undefined) return failed('l2-inconsistent', problem)
    this.#at = parent
    return this.#isReady ? this.#finish(parent) : undefined
  }

  #brokenLink(parent: L2BlockRef): string | undefined {
    const block = this.#at
    const link = `${nameOf(block)} on ${nameOf(parent)}`
    const [own, before] = [block.l1Origin, parent.l1Origin]
    if (own.hash === before.hash && own.number === before.number)
      return block.sequenceNumber === parent.sequenceNumber + 1n
        ? undefined
        : `${link}: sequence number ${block.sequenceNumber} after ${parent.sequenceNumber}`
    if (own.number !== before.number + 1n)
      return `${link}: L1 origin ${own.number} after ${before.number}`
    if (block.sequenceNumber !== 0n)
      return `${link}: sequence number ${block.sequenceNumber} at a new L1 origin`
    const l1 = this.#l1.at(own.number)
    const isCanonical = l1 !== undefined && !('kind' in l1) && l1.hash === own.hash
    return isCanonical && l1.parentHash !== before.hash
      ? `${link}: L1 origin ${before.hash} is not the parent, ${l1.parentHash}`
      : undefined
  }

  #finish(safe: L2BlockRef): SyncStartStep {
    const unsafe = this.#unsafe
    if (unsafe === undefined)
      return failed('reorg-past-finality', `the L1 origin of ${nameOf(safe)} is not canonical`)
    return { kind: 'found', heads: { unsafe, safe, finalized: this.#finalized } }
  }
}

function failed(reason: SyncStartFault, detail: string): SyncStartStep {
  return { kind: 'failed', reason, detail }
}

function nameOf({ number, hash }: L2BlockRef): string {
  return `${number} (${hash})`
}
