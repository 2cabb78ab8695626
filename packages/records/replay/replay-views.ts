import { Fault } from '#runtime/fault.ts'
import { alternativeBranch, type Reorg } from './alternative-branch.ts'
import { atLeast, type ChainView, type ReplayedBlock } from './replayed-chain.ts'

/** Options of how a recorded chain grows. */
export interface Growth {
  /** Recorded seconds per real second; 0 shows the whole chain from the start. */
  readonly speed: number
  /** Distances of the safe and the finalized block below the head. */
  readonly safeLag: bigint
  readonly finalizedLag: bigint
  readonly reorgs: readonly Reorg[]
}

/** A view of the chain, from a time in milliseconds since the start. */
export interface TimedView {
  readonly atMs: number
  readonly view: ChainView
}

/** Block time in seconds for a record with a single block. */
const usualSlotSeconds = 12n

/** Duration of each step of a reorg at unlimited speed. */
const reorgStepMs = 1_000

/**
 * The views of a growing chain, in order. Each block appears at its recorded time. The safe and the finalized block lag
 * behind the head, and reach it at the end.
 *
 * @throws Fault `settings` for a reorg outside of the record, or a reorg of finalized blocks
 */
export function replayViews(
  blocks: readonly ReplayedBlock[],
  growth: Growth,
): readonly TimedView[] {
  for (const reorg of growth.reorgs) checkReorg(reorg, blocks, growth)
  const run = new Growing(blocks, growth)
  const views = [...run.views()]
  return growth.speed === 0 ? hurried(views) : views
}

class Growing {
  readonly #blocks: readonly ReplayedBlock[]
  readonly #growth: Growth
  readonly #first: bigint
  readonly #last: bigint

  constructor(blocks: readonly ReplayedBlock[], growth: Growth) {
    this.#blocks = blocks
    this.#growth = growth
    this.#first = blocks[0]?.number ?? 0n
    this.#last = blocks.at(-1)?.number ?? 0n
  }

  *views(): Generator<TimedView> {
    const { reorgs, finalizedLag } = this.#growth
    let number = this.#first
    for (; number <= this.#last; number++) {
      yield this.#timed(number, { fork: number, head: number, branch: [] })
      const reorg = reorgs.find(({ block }) => block === number)
      if (reorg === undefined) continue
      yield* this.#reorg(reorg)
      number += reorg.stay
    }
    // The head has reached the end. The safe and the finalized block follow, one block at a time.
    for (let slot = number; slot <= this.#last + finalizedLag; slot++)
      yield this.#timed(slot, { fork: slot, head: this.#last, branch: [] })
  }

  *#reorg({ block, depth, stay }: Reorg): Generator<TimedView> {
    const fork = block - depth
    const from = Number(fork + 1n - this.#first)
    const recorded = this.#blocks.slice(from, from + Number(depth + stay))
    const branch = alternativeBranch(recorded, `reorg at ${block}`)
    for (let grown = 1n; grown <= stay; grown++) {
      const slot = block + grown
      const shown = branch.slice(0, Number(depth + grown))
      yield this.#timed(slot, { fork, head: shown.at(-1)?.number ?? block, branch: shown })
    }
  }

  /**
   * The view from the time of a slot on. `fork` is the last block below a branch. The safe and the finalized block are
   * never above `fork`, since the blocks of a branch are replaced later.
   */
  #timed(
    slot: bigint,
    { fork, head, branch }: Pick<ChainView, 'head' | 'branch'> & { readonly fork: bigint },
  ): TimedView {
    const { safeLag, finalizedLag } = this.#growth
    const below = (lag: bigint) => {
      const lagging = slot - lag
      const limit = fork < head ? fork : head
      return atLeast(lagging < limit ? lagging : limit, this.#first)
    }
    const view = { head, branch, safe: below(safeLag), finalized: below(finalizedLag) }
    return { atMs: this.#timeOf(slot), view }
  }

  #timeOf(slot: bigint): number {
    const { speed } = this.#growth
    const beyond = slot > this.#last ? slot - this.#last : 0n
    const [before, last] = [this.#blocks.at(-2), this.#blocks.at(-1)]
    const lastSlot = before && last ? last.timestamp - before.timestamp : usualSlotSeconds
    const timestamp = this.#blocks[Number(slot - beyond - this.#first)]?.timestamp ?? 0n
    const seconds = timestamp - (this.#blocks[0]?.timestamp ?? 0n) + beyond * lastSlot
    return speed === 0 ? 0 : (Number(seconds) * 1_000) / speed
  }
}

/** The views at unlimited speed, one step apart: those just before and during each reorg, and then the last view. */
function hurried(views: readonly TimedView[]): readonly TimedView[] {
  const isForked = (at: number) => (views[at]?.view.branch.length ?? 0) > 0
  return views
    .filter((_, at) => at === views.length - 1 || isForked(at) || isForked(at + 1))
    .map(({ view }, at) => ({ view, atMs: at * reorgStepMs }))
}

function checkReorg(
  { depth, block, stay }: Reorg,
  blocks: readonly ReplayedBlock[],
  { finalizedLag }: Growth,
): void {
  const [first, last] = [blocks[0]?.number ?? 0n, blocks.at(-1)?.number ?? 0n]
  const what = `a reorg of ${depth} at L1 block ${block}`
  if (block - depth < first || block + stay > last)
    throw refused(`${what} does not fit into the record, which has ${first} to ${last}`)
  if (depth > finalizedLag)
    throw refused(
      `${what} would replace final blocks: give --finalized-lag ${depth} or more, or a smaller depth`,
    )
}

function refused(detail: string): Fault {
  return new Fault('settings', { detail })
}
