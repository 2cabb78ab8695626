import type { L2BlockRef } from '#protocol/block/refs.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { depositsOnly } from '#protocol/derivation/attributes.ts'
import type { Difference } from '#protocol/derivation/consolidation.ts'
import {
  type DerivedAttributes,
  type L2Head,
  Pipeline,
  type PipelineEvent,
} from '#protocol/pipeline/pipeline.ts'
import { Fault } from '#runtime/fault.ts'
import { toL1Block } from '#runtime/l1/to-l1-block.ts'
import type { RecordedL1 } from '#runtime/record/read-l1.ts'
import { recordFault } from '#runtime/record/read-lines.ts'
import type { Judge, Judgement } from './judge.ts'
import { type L1Reader, type L1Source, verifyL1 } from './l1-source.ts'
import type { ReferenceStart } from './reference-chain.ts'
import { Stopwatch } from './stopwatch.ts'

/** A block that became safe. */
export interface DerivedBlock {
  readonly derived: DerivedAttributes
  readonly ref: L2BlockRef
  /** The engine refused the batch's transactions, and the block has deposits only. */
  readonly isReplaced: boolean
  readonly matches: boolean | undefined
}

/** How to derive. */
export interface DeriveOptions {
  readonly config: RollupConfig
  readonly start: ReferenceStart
  readonly l1: L1Source
  readonly judge: Judge
  /** Checks header hash, transactions root and receipts root of each L1 block. */
  readonly isL1Verified: boolean
  readonly onBlock: (block: DerivedBlock) => void
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined
}

/** What deriving came to. */
export interface DeriveResult {
  /** The last block that became safe. */
  readonly safe: L2BlockRef
  readonly blocks: number
  readonly txs: number
  readonly l1Blocks: number
  readonly refused: number
  readonly resets: number
  /** The first block that is not as recorded, or attributes that no block was made of. */
  readonly mismatch: Mismatch | undefined
  /** Whether it ended because there is nothing to compare with, not because L1 ended. */
  readonly isBeyond: boolean
  /** Of derivation and comparison alone. */
  readonly seconds: number
  /** Of waiting for what is read. */
  readonly waitSeconds: number
}

/** Attributes that do not make the recorded block. */
export interface Mismatch {
  readonly number: bigint
  readonly derivedFrom: bigint
  readonly differences: readonly Difference[]
}

/** As often as a pipeline is begun anew, at most: what is reset for ever is not derived. */
export const maxResets = 100

/** Derives a chain from recorded L1 until there is no more of it. @throws Fault `record`, `derivation` */
export async function deriveChain(options: DeriveOptions): Promise<DeriveResult> {
  const run = new Derivation(options)
  return run.toEnd()
}

class Derivation {
  readonly #options: DeriveOptions
  readonly #stopwatch = new Stopwatch()
  #safe: L2Head
  #pending: L2Head
  /** Blocks of a span that may still be revoked. */
  #unsettled: DerivedBlock[] = []
  #refusal: Mismatch | undefined
  #mismatch: Mismatch | undefined
  #isBeyond = false
  readonly #counts = { blocks: 0, txs: 0, l1Blocks: 0, refused: 0, resets: 0 }

  constructor(options: DeriveOptions) {
    this.#options = options
    this.#safe = options.start.head
    this.#pending = options.start.head
  }

  async toEnd(): Promise<DeriveResult> {
    this.#stopwatch.start()
    while (!(await this.#derive(await this.#begin()))) {
      if (++this.#counts.resets > maxResets)
        throw new Fault('derivation', {
          severity: 'critical',
          detail: `derivation was reset ${maxResets} times at block ${this.#safe.ref.number}`,
        })
      this.#pending = this.#safe
      this.#unsettled = []
    }
    this.#stopwatch.stop()
    const { activeSeconds: seconds, pausedSeconds: waitSeconds } = this.#stopwatch
    return {
      ...this.#counts,
      safe: this.#safe.ref,
      mismatch: this.#mismatch ?? this.#refusal,
      isBeyond: this.#isBeyond,
      seconds,
      waitSeconds,
    }
  }

  async #begin(): Promise<{ readonly pipeline: Pipeline; readonly reader: L1Reader }> {
    const { config, start, l1, judge, onEvent } = this.#options
    const reader = await this.#stopwatch.pausedFor(l1.open(start.baseNumber))
    const base = await this.#nextL1(reader)
    if (base === undefined) throw recordFault('there is no L1 block to begin with')
    const pipeline = new Pipeline({
      config,
      base: toL1Block(base, config),
      batcher: start.baseConfig.batcherAddress,
      safeBlock: (number) => judge.safeBlock(number),
      report: (event) => onEvent?.(event),
    })
    return { pipeline, reader }
  }

  /** @returns whether it came to the end; else it has to begin anew */
  async #derive({
    pipeline,
    reader,
  }: {
    readonly pipeline: Pipeline
    readonly reader: L1Reader
  }): Promise<boolean> {
    for (;;) {
      const output = pipeline.next(this.#pending)
      switch (output.kind) {
        case 'attributes': {
          const applied = this.#judge(output)
          await this.#apply(pipeline, output, applied instanceof Promise ? await applied : applied)
          if (this.#isBeyond || this.#mismatch !== undefined) return true
          break
        }
        case 'needs-l1-block': {
          const recorded = await this.#nextL1(reader)
          if (recorded === undefined) return true
          if (!this.#push(pipeline, recorded)) return false
          break
        }
        case 'needs-l2-block':
          throw recordFault(
            `L2 block ${output.number}, which a batch overlaps, is not in the record or no longer held`,
          )
        case 'reset':
          return false
        case 'critical':
          throw new Fault('derivation', {
            severity: 'critical',
            detail: `derivation cannot go on after block ${this.#pending.ref.number}: ${output.reason}`,
          })
      }
    }
  }

  #push(pipeline: Pipeline, recorded: RecordedL1): boolean {
    const { config } = this.#options
    const pushed = pipeline.push(toL1Block(recorded, config))
    if (pushed.kind === 'needs-blobs')
      throw recordFault(
        `${recorded.where}: L1 block ${recorded.block.header.number} lacks a whole blob ${pushed.missing[0]} of batcher ${pushed.batcher}`,
      )
    return pushed.kind === 'taken'
  }

  async #nextL1(reader: L1Reader): Promise<RecordedL1 | undefined> {
    const next = reader.next()
    const recorded = next instanceof Promise ? await this.#stopwatch.pausedFor(next) : next
    if (recorded === undefined) return undefined
    this.#counts.l1Blocks++
    if (this.#options.isL1Verified) verifyL1(recorded)
    return recorded
  }

  #judge(derived: DerivedAttributes): Judgement | Promise<Judgement> {
    const judgement = this.#options.judge.judge(derived)
    return judgement instanceof Promise ? this.#stopwatch.pausedFor(judgement) : judgement
  }

  async #apply(
    pipeline: Pipeline,
    derived: DerivedAttributes,
    judgement: Judgement,
  ): Promise<void> {
    switch (judgement.kind) {
      case 'beyond':
        this.#isBeyond = true
        return
      case 'block':
        return this.#settle({ derived, isReplaced: false }, judgement)
      case 'refused':
        this.#counts.refused++
        this.#refusal = mismatchOf(derived, judgement)
        // The same refusal twice is none of a batch: before Holocene the rest of its span goes with it.
        if (!isActive(this.#options.config, 'holocene', derived.derivedFrom.timestamp))
          return this.#revoke()
        return this.#replace(pipeline, derived)
    }
  }

  #revoke(): void {
    this.#pending = this.#safe
    this.#unsettled = []
  }

  async #replace(pipeline: Pipeline, derived: DerivedAttributes): Promise<void> {
    const attributes = depositsOnly(derived.attributes)
    if (attributes === undefined) {
      this.#mismatch = this.#refusal
      return
    }
    pipeline.flush()
    const replaced = { ...derived, attributes }
    const judgement = this.#judge(replaced)
    const settled = judgement instanceof Promise ? await judgement : judgement
    if (settled.kind === 'block')
      return this.#settle({ derived: replaced, isReplaced: true }, settled)
    this.#mismatch = this.#refusal
  }

  #settle(
    block: Pick<DerivedBlock, 'derived' | 'isReplaced'>,
    { ref, matches, differences }: Extract<Judgement, { kind: 'block' }>,
  ): void {
    const { derived } = block
    if (matches === false) this.#mismatch = mismatchOf(derived, { differences })
    this.#unsettled.push({ ...block, ref, matches })
    this.#pending = { ref, systemConfig: derived.systemConfig }
    if (!derived.isLastInSpan) return
    this.#safe = this.#pending
    this.#refusal = undefined
    for (const settled of this.#unsettled) {
      this.#counts.blocks++
      this.#counts.txs += settled.derived.attributes.transactions.length
      this.#options.onBlock(settled)
    }
    this.#unsettled = []
  }
}

function mismatchOf(
  { parent, derivedFrom }: DerivedAttributes,
  { differences }: { readonly differences: readonly Difference[] },
): Mismatch {
  return { number: parent.number + 1n, derivedFrom: derivedFrom.number, differences }
}
