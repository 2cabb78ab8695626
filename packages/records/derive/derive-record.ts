import type { DerivedAttributes, PipelineEvent } from '#protocol/pipeline/pipeline.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL2 } from '#records/folder/read-l2.ts'
import { recordFault } from '#records/folder/read-lines.ts'
import { deriveChain, type DeriveResult, type Mismatch, type SettledBlock } from './derive-chain.ts'
import type { Judge } from './judge.ts'
import { ReferenceChain } from './reference-chain.ts'
import { WorkerL1 } from './worker-l1.ts'

/** Options of deriving a record. */
export interface DeriveRecordOptions {
  /** Number of the L2 block that is the safe head at the start; default: the first block of the record. */
  readonly from?: bigint | undefined
  /** Whether to build each block in the embedded execution client. */
  readonly isExecuted: boolean
  /** Whether to check header hash, transactions root, receipts root and blobs of each L1 block. */
  readonly isL1Verified: boolean
  /** Number of runs. For more than one run, L1 is loaded into memory before the first run. */
  readonly repeat: number
  readonly onBlock: (block: SettledBlock) => void
  /** Called for attributes whose payload was refused. */
  readonly onRefused?: (derived: DerivedAttributes) => void
}

/** Result of deriving a record. */
export interface RecordResult extends Omit<DeriveResult, 'mismatch' | 'refusal' | 'seconds'> {
  readonly mismatch: Mismatch | undefined
  /** Seconds of derivation and comparison, for each run. */
  readonly secondsAll: readonly number[]
  /** Seconds of all other work except execution: reading, parsing, blobs. */
  readonly loadSeconds: number
}

/**
 * Derives the L2 chain of a record from its L1, and compares it with the recorded L2 chain.
 *
 * @throws Fault `record` that names file and line if the record cannot be used; `derivation` if derivation cannot
 * continue
 */
export async function deriveRecord(
  folder: string,
  options: DeriveRecordOptions,
): Promise<RecordResult> {
  const startedMs = performance.now()
  const config = await readRollupConfig(folder)
  const { isL1Verified, repeat } = options
  const l1 = new WorkerL1(folder, config, { isVerified: isL1Verified, isLoaded: repeat > 1 })
  try {
    return await derive(folder, { ...options, config, l1, startedMs })
  } finally {
    await l1.close()
  }
}

interface Prepared extends DeriveRecordOptions {
  readonly config: RollupConfig
  readonly l1: WorkerL1
  readonly startedMs: number
}

async function derive(folder: string, options: Prepared): Promise<RecordResult> {
  const { config, l1, startedMs, from, repeat, isExecuted } = options
  const reference = await ReferenceChain.open(readL2(folder, config), {
    config,
    from,
    isPreloaded: repeat > 1,
  })
  await l1.loaded()
  const secondsAll: number[] = []
  for (let run = 1; ; run++) {
    const isLast = run === repeat
    const onBlock = isLast ? options.onBlock : () => undefined
    const onRefused = isLast ? options.onRefused : undefined
    const leftOut = new LeftOut()
    const derive = (judge: Judge) => {
      const { start } = reference
      const onEvent = (event: PipelineEvent) => leftOut.add(event)
      return deriveChain({ config, start, l1, judge, onBlock, onEvent, onRefused })
    }
    const result = isExecuted
      ? await executed(folder, { config, reference, derive })
      : await derive(reference)
    secondsAll.push(result.seconds)
    if (!isLast) continue
    const totalSeconds = (performance.now() - startedMs) / 1_000
    const judgeSeconds = isExecuted ? result.judgeSeconds : 0
    const workSeconds = secondsAll.reduce((sum, seconds) => sum + seconds, 0) + judgeSeconds
    const mismatch = await mismatchOf(folder, result, { reference, leftOut })
    return {
      ...result,
      judgeSeconds,
      mismatch,
      secondsAll,
      loadSeconds: totalSeconds - workSeconds,
    }
  }
}

async function executed(
  folder: string,
  {
    config,
    reference,
    derive,
  }: {
    readonly config: RollupConfig
    readonly reference: ReferenceChain
    readonly derive: (judge: Judge) => Promise<DeriveResult>
  },
): Promise<DeriveResult> {
  // The EVM is slow to load, so it is loaded only for execution.
  const { ExecutedChain } = await import('./executed-chain.ts')
  const chain = await ExecutedChain.open(folder, config, reference)
  try {
    return await derive(chain)
  } finally {
    chain.close()
  }
}

/** Checks that all recorded blocks were derived. Otherwise attributes were wrong, or the record is truncated. */
async function mismatchOf(
  folder: string,
  { mismatch, refusal, safe }: DeriveResult,
  { reference, leftOut }: { readonly reference: ReferenceChain; readonly leftOut: LeftOut },
): Promise<Mismatch | undefined> {
  if (mismatch !== undefined) return mismatch
  const last = await reference.end()
  if (last.ref.number <= safe.number) return undefined
  if (refusal !== undefined && refusal.derived.parent.number < last.ref.number) return refusal
  throw recordFault(
    `${folder}: l1.ndjson ends where L2 block ${safe.number} is derived, but l2.ndjson continues to block ${last.ref.number}. ${leftOut.toString()} Either l1.ndjson is truncated, or it was changed (--verify-l1 detects this), or rollup.json belongs to another chain`,
  )
}

/** Describes dropped data, to explain a chain that ends early. */
class LeftOut {
  readonly #counts = new Map<string, number>()
  #last: PipelineEvent | undefined

  add(event: PipelineEvent): void {
    const name = `${event.what} ${event.reason}`
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    this.#last = event
  }

  toString(): string {
    if (this.#last === undefined) return 'No batcher data was dropped.'
    const counts = [...this.#counts].map(([name, count]) => `${name} (${count})`).join(', ')
    return `Dropped batcher data: ${counts}; last in L1 block ${this.#last.l1.number}.`
  }
}
