import { execute } from '#messages/subjects.ts'
import type { ChainState } from '#messages/chain-state.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { idOf } from '#protocol/block/refs.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { payloadProblem } from '#protocol/sequencing/payload-problem.ts'
import { sleep } from '#runtime/clock.ts'
import { isFault, toError } from '#runtime/fault.ts'
import type { Context, ForeignPort } from '#services/sequencer/ports.ts'
import type { Job, State } from '#services/sequencer/state.ts'
import type { BuildParent } from './builder.ts'
import { blockReader, type ReadBlock } from './read-block.ts'

/** The outcome for a block of the builder. These strings are also values of a label of the metrics. */
export type BuilderOutcome =
  | 'used'
  /** The builder is not asked for the block: it cannot add anything to the block, or no time is left. */
  | 'not-asked'
  /** The block had not arrived, or was not executed, when the time was over. */
  | 'late'
  /** The block does not fit its attributes, or the execution client refuses it. */
  | 'refused'
  /** The builder lacks the parent. */
  | 'syncing'
  /** The builder threw, or could not be reached. */
  | 'failed'
  /** The unsafe head or the generation changed meanwhile. */
  | 'stale'

/** Why there is no block of the builder. */
interface Missing {
  readonly outcome: Exclude<BuilderOutcome, 'used'>
  readonly why: string
}

type Answer = { readonly outcome: 'used'; readonly payload: Payload } | Missing

/** A block that the builder was asked for. */
interface Build {
  readonly job: Job
  /** The builder's answer to the start of the job. Never rejects. */
  readonly started: Promise<{ readonly outcome: 'started'; readonly job: unknown } | Missing>
  readonly aborter: AbortController
  /** What the sequencer waits for. If the block is late, this text is the reason. */
  phase: string
}

/** The builder, and its limits. */
interface ForeignOptions extends ForeignPort {
  readonly config: RollupConfig
  /** How long before its timestamp a block is sealed. */
  readonly sealingMs: number
}

type ForeignContext = Pick<Context, 'bus' | 'clock' | 'log' | 'metrics' | 'signal' | 'status'>

/** Characters of a reason that are shown. */
const maxWhy = 300

/**
 * Asks the builder for the same blocks that the engine builds. Whatever the builder does, no promise of this class
 * rejects because of the builder, and `seal` returns within the budget.
 */
export class ForeignBuilds {
  readonly #context: ForeignContext
  readonly #options: ForeignOptions
  readonly #read: ReadBlock
  #build: Build | undefined
  /** The last sealed block, which is usually the next parent. */
  #last: Payload | undefined

  constructor(context: ForeignContext, options: ForeignOptions) {
    this.#context = context
    this.#options = options
    this.#read = blockReader(context.bus)
  }

  /**
   * Handles each state: the builder starts a job when the engine starts to build, and the job is aborted when the
   * sequencer drops the block.
   */
  follow({ chain, isActive, work }: Pick<State, 'chain' | 'isActive' | 'work'>): void {
    const job = work.kind === 'building' || work.kind === 'sealing' ? work.job : undefined
    if (!isActive) this.#context.status.notices = []
    if (job === this.#build?.job) return
    this.#build?.aborter.abort()
    this.#build = job && chain && this.#start(job, chain)
  }

  /** Remembers a sealed block, so that it is not read again if it becomes the parent. */
  remember(payload: Payload): void {
    this.#last = payload
  }

  /** The block of the builder, checked and executed; undefined if the block of the engine is to be used. */
  async seal(job: Job): Promise<Payload | undefined> {
    const build = this.#build
    if (build?.job !== job) return undefined
    const answer = await this.#answerInTime(build)
    if (!this.#context.signal.aborted) this.#report(build, answer)
    if (answer.outcome !== 'used') {
      build.aborter.abort()
      return undefined
    }
    // The job of a used block is not aborted.
    this.#build = undefined
    return answer.payload
  }

  #start(job: Job, chain: ChainState): Build {
    const aborter = new AbortController()
    const why = this.#whyNotAsked(job)
    const build: Build = {
      job,
      aborter,
      phase: 'it has not started to build',
      started:
        why === undefined
          ? this.#startBuilder(job, { chain, signal: aborter.signal })
          : Promise.resolve({ outcome: 'not-asked', why }),
    }
    return build
  }

  /** Why the builder is not asked for a block; undefined if it is asked. */
  #whyNotAsked({ attributes }: Job): string | undefined {
    const { config } = this.#options
    if (attributes.noTxPool) return 'the block has no transactions of users'
    if (!isActive(config, 'ecotone', attributes.timestamp)) return 'Ecotone is not active'
    return this.#remainingMs(attributes.timestamp) > 0 ? undefined : 'the block is late already'
  }

  /** Time until the budget of a block ends. Even if the clock was set back, this time is at most the budget. */
  #sealBudgetMs(timestamp: bigint): number {
    return Math.min(this.#options.timeoutMs, this.#remainingMs(timestamp))
  }

  #remainingMs(timestamp: bigint): number {
    const { sealingMs, timeoutMs } = this.#options
    return Number(timestamp) * 1_000 - sealingMs + timeoutMs - this.#context.clock.now()
  }

  async #startBuilder(
    { attributes, parent: ref }: Job,
    { chain, signal }: { readonly chain: ChainState; readonly signal: AbortSignal },
  ): Build['started'] {
    try {
      const payload = this.#last?.blockHash === ref.hash ? this.#last : await this.#read(ref.hash)
      signal.throwIfAborted()
      const parent: BuildParent = {
        ref,
        payload,
        safe: idOf(chain.safe),
        finalized: idOf(chain.finalized),
      }
      const job = await this.#options.builder.start(parent, attributes, signal)
      return { outcome: 'started', job }
    } catch (error) {
      return failure(error, 'it did not start to build')
    }
  }

  async #answerInTime(build: Build): Promise<Answer> {
    const { clock } = this.#context
    const { timeoutMs } = this.#options
    const budgetMs = this.#sealBudgetMs(build.job.attributes.timestamp)
    const answered = new AbortController()
    const late = async (): Promise<Answer> => {
      await sleep(clock, Math.max(0, budgetMs), answered.signal)
      return { outcome: 'late', why: `${build.phase}, ${timeoutMs} ms after the seal time` }
    }
    const answer = await Promise.race([this.#answer(build, budgetMs), late()])
    answered.abort()
    return answer
  }

  /** The checked block, or why there is no block. Never rejects. */
  async #answer(build: Build, budgetMs: number): Promise<Answer> {
    const { attributes, generation, parent } = build.job
    const started = await build.started
    if (started.outcome !== 'started') return started
    build.phase = 'its block is not there'
    try {
      const sealed = await this.#options.builder.seal(started.job)
      if (build.aborter.signal.aborted) return { outcome: 'late', why: 'its block came too late' }
      const requested = { parent: idOf(parent), attributes }
      const problem = problemOf(this.#options.config, requested, sealed)
      if (problem !== undefined) return { outcome: 'refused', why: problem }
      // The builder may write to its buffers again, but exactly the checked block must be published.
      const payload = structuredClone(sealed)
      build.phase = 'its block is not executed'
      const request = { generation, payload }
      const verdict = await this.#context.bus.call(execute, request, {
        deadlineMs: Math.max(1, budgetMs),
      })
      switch (verdict.kind) {
        case 'valid':
          return { outcome: 'used', payload }
        case 'stale':
          return { outcome: 'stale', why: verdict.reason }
        case 'invalid':
          return {
            outcome: 'refused',
            why: `the local execution client refuses it: ${verdict.reason}`,
          }
      }
    } catch (error) {
      return failure(error, build.phase)
    }
  }

  #report({ job }: Build, answer: Answer): void {
    const { log, metrics, status } = this.#context
    const { outcome } = answer
    metrics.builderBlock(outcome)
    const number = job.parent.number + 1n
    if (outcome === 'used') {
      log.debug({ number }, 'the block of the builder is used')
      status.notices = []
      return
    }
    // A reason may contain a whole transaction.
    const reason = answer.why.slice(0, maxWhy)
    if (outcome === 'not-asked') {
      log.debug({ number, reason }, 'the builder is not asked for a block')
      return
    }
    log.warn({ number, outcome, reason }, 'the block of the builder is not used')
    status.notices = [`the last block of the builder was not used (${outcome}): ${reason}`]
  }
}

/** What is wrong with a block; undefined if the block is good. The value that a module returns may have any form. */
function problemOf(
  config: RollupConfig,
  requested: Parameters<typeof payloadProblem>[1],
  payload: Payload,
): string | undefined {
  try {
    return payloadProblem(config, requested, payload)
  } catch (error) {
    return `it is malformed: ${textOf(error)}`
  }
}

function failure(error: unknown, phase: string): Missing {
  const outcome = isFault(error, 'engine-syncing') ? 'syncing' : 'failed'
  return { outcome, why: `${phase}: ${textOf(error)}` }
}

/** The text of a value that a module threw, which may have any type. */
function textOf(thrown: unknown): string {
  try {
    const { message }: { readonly message: unknown } = toError(thrown)
    return String(message)
  } catch (error) {
    return `it threw a value without a text (${error instanceof Error ? error.name : 'unknown'})`
  }
}
