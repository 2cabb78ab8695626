import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Difference } from '#protocol/derivation/consolidation.ts'
import { DerivationDriver } from '#protocol/pipeline/derivation-driver.ts'
import {
  type DerivedAttributes,
  Pipeline,
  type PipelineEvent,
} from '#protocol/pipeline/pipeline.ts'
import { Fault } from '#runtime/fault.ts'
import { recordFault } from '#records/folder/read-lines.ts'
import type { Judge, Judgement } from './judge.ts'
import type { L1Reader, L1Source, SourcedL1Block } from './l1-source.ts'
import type { ReferenceStart } from './reference-chain.ts'
import { Stopwatch } from './stopwatch.ts'

/** A block that became safe, or that differs from the recorded block. */
export interface SettledBlock {
  readonly derived: DerivedAttributes
  /** Whether the batch was refused and replaced by a deposits-only block. */
  readonly isReplaced: boolean
  /** Whether the block equals the recorded block; undefined if there is no recorded block. */
  readonly matches: boolean | undefined
}

/** Options of a derivation. */
export interface DeriveOptions {
  readonly config: RollupConfig
  readonly start: ReferenceStart
  readonly l1: L1Source
  readonly judge: Judge
  /** Advice for getting a missing blob; appended to the error. */
  readonly blobAdvice?: string
  readonly onBlock: (block: SettledBlock) => void
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined
  /** Called for attributes whose payload was refused. */
  readonly onRefused?: ((derived: DerivedAttributes) => void) | undefined
}

/** Result of a derivation. */
export interface DeriveResult {
  /** The last block that became safe. */
  readonly safe: L2BlockRef
  readonly blocks: number
  readonly txs: number
  readonly l1Blocks: number
  readonly refused: number
  readonly resets: number
  /** The first block that differs from the record. */
  readonly mismatch: Mismatch | undefined
  /** Refused attributes that were not replaced before L1 ended. */
  readonly refusal: Mismatch | undefined
  /** Whether derivation ended because the record has no more L2 blocks; false if it ended because L1 ended. */
  readonly isBeyond: boolean
  /** Seconds of derivation and comparison, including all work on L1 blocks except reading them. */
  readonly seconds: number
  /** Seconds spent waiting for the judge, which compares derived attributes with recorded blocks or executes them. */
  readonly judgeSeconds: number
}

/** Attributes that differ from the recorded block. */
export interface Mismatch {
  readonly derived: DerivedAttributes
  readonly differences: readonly Difference[]
}

/** Limit on resets, so that a chain that is always reset ends with an error. */
const maxResets = 100

/** Derives a chain until the recorded L1 ends. @throws Fault `record`, `derivation` */
export async function deriveChain(options: DeriveOptions): Promise<DeriveResult> {
  const run = new Derivation(options)
  return run.toEnd()
}

class Derivation {
  readonly #options: DeriveOptions
  readonly #stopwatch = new Stopwatch<'l1' | 'judge'>()
  readonly #driver: DerivationDriver
  /** Blocks of a span that a later batch may still revoke. */
  #unsettled: SettledBlock[] = []
  #refusal: Mismatch | undefined
  #mismatch: Mismatch | undefined
  #isBeyond = false
  /** Work of other threads, in milliseconds. */
  #preparedMs = 0
  readonly #counts = { blocks: 0, txs: 0, l1Blocks: 0, refused: 0, resets: 0 }

  constructor(options: DeriveOptions) {
    this.#options = options
    this.#driver = new DerivationDriver(options.config, options.start.head)
  }

  async toEnd(): Promise<DeriveResult> {
    this.#stopwatch.start()
    while (!(await this.#derive(await this.#begin()))) {
      if (++this.#counts.resets > maxResets)
        throw new Fault('derivation', {
          detail: `derivation was reset ${maxResets} times at block ${this.#driver.safe.ref.number}`,
        })
      this.#unsettled = []
    }
    this.#stopwatch.stop()
    return {
      ...this.#counts,
      safe: this.#driver.safe.ref,
      mismatch: this.#mismatch,
      refusal: this.#refusal,
      isBeyond: this.#isBeyond,
      seconds: this.#stopwatch.activeSeconds + this.#preparedMs / 1_000,
      judgeSeconds: this.#stopwatch.pausedSeconds('judge'),
    }
  }

  async #begin(): Promise<{ readonly pipeline: Pipeline; readonly reader: L1Reader }> {
    const { config, start, l1, judge, onEvent } = this.#options
    const reader = await this.#stopwatch.pausedFor('l1', l1.open(start.base.l1Origin.number))
    const base = await this.#nextL1(reader)
    if (base === undefined) throw recordFault('there is no L1 block to start from')
    const { l1Origin, number } = start.base
    if (base.l1.hash !== l1Origin.hash)
      throw recordFault(
        `${base.where}: L1 block ${l1Origin.number} is ${base.l1.hash}, but L2 block ${number} comes from ${l1Origin.hash}: they belong to different chains`,
      )
    const pipeline = new Pipeline({
      config,
      base: base.l1,
      batcher: start.baseConfig.batcherAddress,
      safeBlock: (number) => judge.safeBlock(number),
      report: (event) => onEvent?.(event),
    })
    this.#driver.start(pipeline)
    return { pipeline, reader }
  }

  /** Derives until L1 or the record ends. @returns true at the end, false if the pipeline must be reset before that */
  async #derive({
    pipeline,
    reader,
  }: {
    readonly pipeline: Pipeline
    readonly reader: L1Reader
  }): Promise<boolean> {
    for (;;) {
      const output = this.#driver.next()
      switch (output.kind) {
        case 'attributes': {
          // Most blocks are judged synchronously, because a promise for each block would be slow.
          const judged = this.#judge(output)
          const judgement = judged instanceof Promise ? await judged : judged
          const replacing = this.#apply(output, judgement)
          if (replacing !== undefined) await replacing
          if (this.#isBeyond || this.#mismatch !== undefined) return true
          break
        }
        case 'needs-l1-block': {
          const next = this.#nextL1(reader)
          const prepared = next instanceof Promise ? await next : next
          if (prepared === undefined) return true
          if (!this.#push(pipeline, prepared)) return false
          break
        }
        case 'needs-l2-block':
          throw recordFault(
            `L2 block ${output.number}, which a batch overlaps, is not in the record, or no longer in memory: begin at an earlier block`,
          )
        case 'reset':
          return false
        case 'critical':
          throw new Fault('derivation', {
            detail: `derivation cannot continue after block ${this.#driver.pending.ref.number}, at L1 block ${pipeline.origin.number}: ${output.reason}`,
          })
      }
    }
  }

  #push(pipeline: Pipeline, { l1, where }: SourcedL1Block): boolean {
    const pushed = pipeline.push(l1)
    if (pushed.kind === 'needs-blobs')
      throw recordFault(
        `${where}: L1 block ${l1.number} does not have the complete blob ${pushed.missing[0]} of batcher ${pushed.batcher}${this.#options.blobAdvice ?? ''}`,
      )
    return pushed.kind === 'taken'
  }

  #nextL1(reader: L1Reader): SourcedL1Block | undefined | Promise<SourcedL1Block | undefined> {
    const next = reader.next()
    if (!(next instanceof Promise)) return this.#counted(next)
    const { isLoaded } = this.#options.l1
    const awaited = isLoaded ? next : this.#stopwatch.pausedFor('l1', next)
    return awaited.then((prepared) => this.#counted(prepared))
  }

  #counted(prepared: SourcedL1Block | undefined): SourcedL1Block | undefined {
    if (prepared === undefined) return undefined
    this.#counts.l1Blocks++
    if (!this.#options.l1.isLoaded) this.#preparedMs += prepared.workMs
    return prepared
  }

  #judge(derived: DerivedAttributes): Judgement | Promise<Judgement> {
    const judgement = this.#options.judge.judge(derived)
    return judgement instanceof Promise ? this.#stopwatch.pausedFor('judge', judgement) : judgement
  }

  #apply(derived: DerivedAttributes, judgement: Judgement): Promise<void> | undefined {
    switch (judgement.kind) {
      case 'beyond':
        this.#isBeyond = true
        return undefined
      case 'block':
        this.#settle({ derived, isReplaced: false }, judgement)
        return undefined
      case 'refused':
        this.#counts.refused++
        this.#options.onRefused?.(derived)
        this.#refusal = { derived, differences: judgement.differences }
        return this.#afterRefusal(derived)
    }
  }

  #afterRefusal(derived: DerivedAttributes): Promise<void> | undefined {
    const then = this.#driver.refused(derived)
    switch (then.kind) {
      case 'build-deposits-only':
        return this.#replace({ ...derived, attributes: then.attributes })
      case 'revoke-span':
        this.#unsettled = []
        return undefined
      case 'critical':
        // Derivation ends here. If it continued, it would derive the same refused attributes again and again.
        this.#end(this.#refusal)
        return undefined
    }
  }

  async #replace(replaced: DerivedAttributes): Promise<void> {
    const judgement = this.#judge(replaced)
    const settled = judgement instanceof Promise ? await judgement : judgement
    if (settled.kind === 'block')
      return this.#settle({ derived: replaced, isReplaced: true }, settled)
    this.#end(this.#refusal)
  }

  /** Ends at a block that differs from the record. */
  #end(mismatch: Mismatch | undefined): void {
    this.#mismatch = mismatch
    if (mismatch === undefined) return
    this.#options.onBlock({ derived: mismatch.derived, isReplaced: false, matches: false })
  }

  #settle(
    block: Pick<SettledBlock, 'derived' | 'isReplaced'>,
    { ref, matches, differences }: Extract<Judgement, { kind: 'block' }>,
  ): void {
    const { derived } = block
    if (matches === false) return this.#end({ derived, differences })
    this.#unsettled.push({ ...block, matches })
    if (!this.#driver.applied(derived, ref)) return
    this.#refusal = undefined
    for (const settled of this.#unsettled) {
      this.#counts.blocks++
      this.#counts.txs += settled.derived.attributes.transactions.length
      this.#options.onBlock(settled)
    }
    this.#unsettled = []
  }
}
