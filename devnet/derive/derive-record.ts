import type { DerivedAttributes, PipelineEvent } from '#protocol/pipeline/pipeline.ts'
import { BlobCommitments } from '#runtime/l1/blob-commitments.ts'
import { readRollupConfig } from '#runtime/record/open-record.ts'
import { type RecordedL1, readL1 } from '#runtime/record/read-l1.ts'
import { readL2 } from '#runtime/record/read-l2.ts'
import { recordFault } from '#runtime/record/read-lines.ts'
import { deriveChain, type DeriveResult, type Mismatch, type SettledBlock } from './derive-chain.ts'
import type { Judge } from './judge.ts'
import { L1File, L1Memory, type L1Source, verifyBlobs } from './l1-source.ts'
import { ReferenceChain } from './reference-chain.ts'

/** How to derive a record. */
export interface DeriveRecordOptions {
  /** Number of the L2 block that is safe at the start; left out: the first of the record. */
  readonly from?: bigint | undefined
  /** Builds each block in the embedded execution client. */
  readonly isExecuted: boolean
  /** Checks header hash, transactions root, receipts root and blobs of each L1 block. */
  readonly isL1Verified: boolean
  /** How often; more than once from memory. */
  readonly repeat: number
  readonly onBlock: (block: SettledBlock) => void
  /** Called for attributes that no block was made of. */
  readonly onRefused?: (derived: DerivedAttributes) => void
}

/** What deriving a record came to. */
export interface RecordResult extends Omit<DeriveResult, 'mismatch' | 'refusal' | 'seconds'> {
  readonly mismatch: Mismatch | undefined
  /** Of derivation and comparison alone, of each time. */
  readonly secondsAll: readonly number[]
  /** Of all else but execution: reading, parsing, blobs. */
  readonly loadSeconds: number
}

/**
 * Derives the L2 chain of a record from its L1, and compares it with the recorded one.
 *
 * @throws Fault `record` that names file and line if the record cannot be used; `derivation` if derivation cannot go on
 */
export async function deriveRecord(
  folder: string,
  options: DeriveRecordOptions,
): Promise<RecordResult> {
  const startedMs = performance.now()
  const { from, repeat, isL1Verified, isExecuted } = options
  const config = await readRollupConfig(folder)
  const isPreloaded = repeat > 1
  const reference = await ReferenceChain.open(readL2(folder, config), {
    config,
    from,
    isPreloaded,
  })
  const commitments = isL1Verified ? new BlobCommitments() : undefined
  const l1: L1Source = isPreloaded
    ? new L1Memory(await readAll(folder, commitments))
    : new L1File(folder, commitments)
  const secondsAll: number[] = []
  for (let run = 1; ; run++) {
    const isLast = run === repeat
    const onBlock = isLast ? options.onBlock : () => undefined
    const onRefused = isLast ? options.onRefused : undefined
    const leftOut = new LeftOut()
    const derive = (judge: Judge) => {
      const { start } = reference
      const onEvent = (event: PipelineEvent) => leftOut.add(event)
      return deriveChain({ config, start, l1, judge, isL1Verified, onBlock, onEvent, onRefused })
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
    readonly config: Awaited<ReturnType<typeof readRollupConfig>>
    readonly reference: ReferenceChain
    readonly derive: (judge: Judge) => Promise<DeriveResult>
  },
): Promise<DeriveResult> {
  // The interpreter takes a while to load: only who executes pays for it.
  const { ExecutedChain } = await import('./executed-chain.ts')
  const chain = await ExecutedChain.open(folder, config, reference)
  try {
    return await derive(chain)
  } finally {
    chain.close()
  }
}

async function readAll(
  folder: string,
  commitments: BlobCommitments | undefined,
): Promise<readonly RecordedL1[]> {
  const blocks: RecordedL1[] = []
  for await (const block of readL1(folder)) blocks.push(await verifyBlobs(block, commitments))
  return blocks
}

/** All that was recorded has to be derived: by a record cut short, or by attributes that were wrong, something is missing. */
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
    `${folder}: l1.ndjson ends where L2 block ${safe.number} is derived, but l2.ndjson goes on to block ${last.ref.number}. ${leftOut.toString()} Either l1.ndjson was cut short, or it is not what it was (--verify-l1 tells), or rollup.json is of another chain`,
  )
}

/** What was left out of a chain, for who wonders why it is short. */
class LeftOut {
  readonly #counts = new Map<string, number>()
  #last: PipelineEvent | undefined

  add(event: PipelineEvent): void {
    const name = `${event.what} ${event.reason}`
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    this.#last = event
  }

  toString(): string {
    if (this.#last === undefined) return 'Nothing of the batcher was left out.'
    const counts = [...this.#counts].map(([name, count]) => `${name} (${count})`).join(', ')
    return `Of what was posted was left out: ${counts}; last in L1 block ${this.#last.l1.number}.`
  }
}
