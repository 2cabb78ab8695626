import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import {
  type DerivedAttributes,
  type L2Head,
  Pipeline,
  type PipelineOutput,
} from '#protocol/pipeline/pipeline.ts'
import { l2Block } from './batch-notation.ts'
import { batcherOf, notedRollup, readL1Script } from './pipeline-notation.ts'

/** Inputs of a run other than its script. All but the channels have defaults. */
export interface PipelineRun {
  /** The content of each channel of the script, by the letter of the channel: see `L1Script`. */
  readonly channels: Readonly<Record<string, string>>
  readonly hardforkTimes?: HardforkTimes
  /** Number of the safe head and of its epoch; by default block 12, the first of epoch 2. */
  readonly head?: { readonly number: number; readonly epoch: number }
  /** Content of the L1 block that the pipeline begins with; by default `@2`. */
  readonly base?: string
  /** Numbers of L2 blocks whose first attributes the engine refuses. Later attributes for the number are built. */
  readonly refused?: readonly number[]
  /** Numbers of L2 blocks of the safe chain that are missing until they are requested. */
  readonly missing?: readonly number[]
  readonly config?: Partial<RollupConfig>
}

/**
 * Runs a script of L1 blocks through a pipeline, with an engine that builds all blocks except the refused ones.
 *
 * From Holocene on, a deposits-only block replaces a refused block. Before Holocene, the run continues from the safe
 * head after a refused block.
 *
 * @returns the outcome as text. `12`: a block; `12/3`: a block whose epoch is 3, and not its number divided by 6;
 *   `12..`: a block that is not the last of its span; `12x`: a refused block; `?12`: an L2 block of the safe chain is
 *   needed; `.`: the next L1 block is needed; `(what:reason)`: a report, for example of dropped data. The run ends at
 *   `reset:reason`, at `critical:reason`, and at `needs-blobs:2`, which is an L1 block with two missing blobs.
 */
export function runPipeline(script: string, run: PipelineRun): string {
  const config = notedRollup(run.hardforkTimes ?? { holocene: 0n }, run.config)
  const options = { channels: run.channels, config }
  const [base] = readL1Script(run.base ?? '@2', options)
  if (base === undefined) throw new RangeError('no block to begin with')
  const player = new Player(run, config, base)
  player.settle()
  for (const block of readL1Script(script, options)) if (!player.push(block)) break
  return player.said.join(' ')
}

class Player {
  readonly said: string[] = []
  readonly #config: RollupConfig
  readonly #pipeline: Pipeline
  readonly #refused: Set<number>
  readonly #missing: Set<number>
  readonly #safeChain = new Map<bigint, SafeBlock>()
  #safe: L2Head
  #head: L2Head

  constructor(run: PipelineRun, config: RollupConfig, base: L1Block) {
    const { number, epoch } = run.head ?? { number: 12, epoch: 2 }
    const { systemConfig } = config.genesis
    this.#config = config
    this.#refused = new Set(run.refused)
    this.#missing = new Set(run.missing)
    for (let at = 1; at < number; at++) this.#apply({ ref: l2Block(at), systemConfig }, [])
    this.#safe = { ref: l2Block(number, epoch), systemConfig }
    this.#head = this.#safe
    this.#apply(this.#head, [])
    this.#pipeline = new Pipeline({
      config,
      base,
      batcher: batcherOf('A'),
      safeBlock: (at) => (this.#missing.has(Number(at)) ? undefined : this.#safeChain.get(at)),
      report: ({ what, reason }) => this.said.push(`(${what}:${reason})`),
    })
  }

  /** @returns whether the run continues */
  push(block: L1Block): boolean {
    const pushed = this.#pipeline.push(block)
    if (pushed.kind === 'needs-blobs') this.said.push(`needs-blobs:${pushed.missing.length}`)
    if (pushed.kind === 'reset') this.said.push(`reset:${pushed.reason}`)
    return pushed.kind === 'taken' && this.settle()
  }

  settle(): boolean {
    for (;;) {
      const output = this.#pipeline.next(this.#head)
      if (output.kind === 'attributes') this.#build(output)
      else {
        this.said.push(wordOf(output))
        if (output.kind !== 'needs-l2-block') return output.kind === 'needs-l1-block'
        this.#missing.delete(Number(output.number))
      }
    }
  }

  #build(derived: DerivedAttributes): void {
    const { parent, l1Origin, isLastInSpan, attributes, systemConfig, derivedFrom } = derived
    const number = Number(parent.number) + 1
    const isRefused = this.#refused.delete(number)
    const epoch = Number(l1Origin.number)
    const inEpoch = epoch === Math.floor(number / 6) ? '' : `/${epoch}`
    this.said.push(`${number}${inEpoch}${isRefused ? 'x' : ''}${isLastInSpan ? '' : '..'}`)
    if (isRefused && !isActive(this.#config, 'holocene', derivedFrom.timestamp)) {
      this.#head = this.#safe
      return
    }
    if (isRefused) this.#pipeline.flush()
    this.#head = { ref: l2Block(number, epoch), systemConfig }
    this.#apply(this.#head, isRefused ? [] : attributes.transactions)
    if (isLastInSpan) this.#safe = this.#head
  }

  #apply({ ref }: L2Head, transactions: readonly Uint8Array[]): void {
    const users = transactions.filter((transaction) => transaction[0] !== 0x7e)
    this.#safeChain.set(ref.number, { ref, transactions: [Uint8Array.of(0x7e), ...users] })
  }
}

function wordOf(output: Exclude<PipelineOutput, DerivedAttributes>): string {
  switch (output.kind) {
    case 'needs-l1-block':
      return '.'
    case 'needs-l2-block':
      return `?${output.number}`
    case 'reset':
    case 'critical':
      return `${output.kind}:${output.reason}`
  }
}
