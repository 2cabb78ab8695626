import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { L1Pages, L2Pages, type Page, type PageRequest } from './block-pages.ts'

// Rule limit-reorg: The search follows an L1 reorg of up to five sequencing windows. Spec: sync/start.go
/** Deepest reorg of the unsafe chain, in sequencing windows. Source: op-node, rollup/sync/start.go */
const maxReorgWindows = 5n

// Rule limit-recover: A chain of more than fourteen sequencing windows without a safe head counts as EL-synced.
// Spec: sync/start.go
/**
 * A chain without a safe head that is longer than this many sequencing windows counts as synced by the execution client
 * (EL sync).
 */
const recoverWindows = 14n

/** The labels of the execution client. */
export interface EngineLabels {
  readonly unsafe: L2BlockRef
  /** Absent if no block is labelled safe yet. */
  readonly safe: L2BlockRef | undefined
  readonly finalized: L2BlockRef | undefined
}

/** The heads to start from. */
interface StartHeads {
  readonly unsafe: L2BlockRef
  readonly safe: L2BlockRef
  readonly finalized: L2BlockRef
}

/** Inputs of the search. */
export interface SyncStartOptions {
  readonly config: RollupConfig
  readonly labels: EngineLabels
  /** After EL sync, the distance of the safe head below the unsafe head, in seconds. */
  readonly safeOffsetSeconds: bigint
}

/** Result of one step: a request, or the outcome. */
export type SyncStartStep =
  | PageRequest
  | { readonly kind: 'found'; readonly heads: StartHeads }
  | { readonly kind: 'failed'; readonly reason: SyncStartFault; readonly detail: string }

/**
 * Why no start was found. The first three faults need an operator. In the other cases L1 or L2 changed during the
 * search, and another search may succeed.
 */
type SyncStartFault =
  | 'wrong-chain'
  | 'reorg-past-finality'
  | 'reorg-too-deep'
  | 'l2-missing'
  | 'l2-inconsistent'
  | 'l1-inconsistent'

// Rule sync-start-window: The safe head is set back to a sequencing window below the newest block with a canonical L1
// origin, but never below the finalized head.
// Spec: derivation.md#finding-the-sync-starting-point, sync/start.go
/**
 * Finds the heads to start from. The unsafe head is the newest L2 block with this property: L1 replaced neither the L1
 * origin of this block, nor the L1 origin of any lower block that the search visits. The safe head is a sequencing
 * window below the newest block whose L1 origin is canonical, so that all data that could change the safe head is read
 * again. The safe head is never below the finalized head.
 *
 * This is a state machine. Each step returns a request for blocks, and the next step takes the answer.
 * Spec: protocol/derivation.md#finding-the-sync-starting-point; the limits (five and fourteen
 * windows) and the order of the checks are those of op-node
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
  /** The first visited block with a canonical L1 origin. Cleared at each block whose L1 origin was replaced. */
  #highest: L2BlockRef | undefined
  /** Whether the parent of the current block is the safe head. */
  #isReady = false

  constructor(options: SyncStartOptions) {
    const { config, labels } = options
    this.#config = config
    this.#options = options
    this.#at = labels.unsafe
    this.#unsafe = labels.unsafe
    // If the client has no finalized block, the unsafe head takes its place until the genesis block is fetched. If the
    // client has no safe block, the finalized block is the safe head.
    this.#finalized = labels.finalized ?? labels.unsafe
    this.#safe = labels.safe ?? this.#finalized
  }

  /** Continues with the answer to the last request. */
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
        : failed('l1-inconsistent', 'L1 blocks are not linked by parent hash')
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

  // Rule sync-start-labels: If the labels show EL sync, or an unsafe head below the safe or finalized one, all heads
  // are set from the unsafe head alone. Spec: sync/start.go
  /** Handles the cases in which the labels are enough, so that no other block is checked. */
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

  // Rule sync-start-origins: L2 blocks whose L1 origin was replaced are dropped. L2 blocks whose L1 origin is not on L1
  // yet are kept. Spec: sync/start.go
  /** Checks the current block, and whether the search ends there. */
  #visit(): SyncStartStep | undefined {
    const block = this.#at
    const l1 = this.#l1.at(block.l1Origin.number)
    if (l1 !== undefined && 'kind' in l1) return l1
    // Rule sync-start-broken: A chain with another genesis, or with broken links up to the safe head, is refused.
    // Spec: sync/start.go
    const wrong = this.#wrongChain(l1)
    if (wrong !== undefined) return wrong
    const { sequencingWindow } = this.#config
    if (this.#unsafe === undefined) {
      this.#unsafe = block
      const newest = this.#options.labels.unsafe
      if (block.l1Origin.number + maxReorgWindows * sequencingWindow < newest.l1Origin.number)
        return failed(
          'reorg-too-deep',
          `the search went down to ${nameOf(block)} from ${nameOf(newest)}`,
        )
    }
    // An L1 origin that L1 does not have yet may become canonical.
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
        return failed('wrong-chain', `the L2 genesis is ${block.hash}, want ${genesis.l2.hash}`)
      if (l1 !== undefined && l1.hash !== genesis.l1.hash)
        return failed('wrong-chain', `the L1 genesis is ${l1.hash}, want ${genesis.l1.hash}`)
    }
    if (block.number === this.#finalized.number && block.hash !== this.#finalized.hash)
      return failed('reorg-past-finality', `${nameOf(block)} replaced ${nameOf(this.#finalized)}`)
    return undefined
  }

  // Rule sync-start-unsafe-links: Unsafe blocks from a broken link on are dropped. Execution clients do not check the
  // L1 origin of a block that a sequencer signed, so op-node would not find a start. Spec: Atoll's own
  /** Moves to the parent. */
  #descend(): SyncStartStep | undefined {
    const block = this.#at
    const parent = this.#l2.parentOf(block, this.#finalized.number)
    if ('kind' in parent) return parent
    const problem = this.#brokenLink(parent)
    if (problem !== undefined && block.number <= this.#safe.number)
      return failed('l2-inconsistent', problem)
    if (problem !== undefined) {
      this.#unsafe = undefined
      this.#highest = undefined
    }
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
      return `${link}: sequence number ${block.sequenceNumber} at a new L1 origin, want 0`
    const l1 = this.#l1.at(own.number)
    const isCanonical = l1 !== undefined && !('kind' in l1) && l1.hash === own.hash
    return isCanonical && l1.parentHash !== before.hash
      ? `${link}: L1 origin ${own.hash} has parent ${l1.parentHash}, not ${before.hash}`
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
