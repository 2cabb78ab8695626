import type { L2BlockRef } from '#protocol/block/refs.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'
import { baseCandidateOf, findPipelineBase } from '#protocol/sync/pipeline-base.ts'
import { runSearch } from '#runtime/run-search.ts'
import { Fault } from '#runtime/fault.ts'
import type { RecordableL1Block, RecordableL1Source } from '#l1/l1-client.ts'
import type { CheckedL2Block } from '#json-rpc/forms/l2-block-json.ts'
import type { RecordWriter } from '#records/folder/record-writer.ts'
import { deriveChain, type DeriveResult, type SettledBlock } from '#records/derive/derive-chain.ts'
import { expectedLine, refusedLine } from '#records/derive/derived-line.ts'
import type { Judge, Judgement } from '#records/derive/judge.ts'
import { ReferenceChain } from '#records/derive/reference-chain.ts'
import { RecordingL1 } from './recording-l1.ts'
import { fetchL2Blocks, type L2Options, fetchL2Chain } from './fetch-l2-chain.ts'

/** Options of a recording. */
export interface RecordChainOptions {
  readonly config: RollupConfig
  /** Number of the L2 block that is the safe head at the start. */
  readonly from: bigint
  /** Number of the last L2 block. Before Holocene, the rest of the block's span is recorded too. */
  readonly to: bigint
  readonly l1: {
    readonly client: RecordableL1Source
    readonly name: string
    readonly blobAdvice?: string
  }
  readonly l2: L2Options
  readonly writer: RecordWriter
  readonly onBlock: (block: SettledBlock) => void
  /** Called with the number of each L1 block read. */
  readonly onL1Block?: ((number: bigint) => void) | undefined
}

/** Result of a recording. */
export interface RecordedChain {
  /** Numbers of the first and last block. */
  readonly l1: { readonly first: bigint; readonly last: bigint }
  readonly l2: { readonly first: bigint; readonly last: bigint }
  readonly txs: number
  readonly refused: number
}

/**
 * Records an L2 chain and the L1 from which it is derived. The chain is derived during the recording, which shows how
 * much of L1 is needed and detects inconsistent data.
 *
 * @throws Fault with advice if L1 and L2 do not match, end too early, or an answer is wrong
 */
export async function recordChain(options: RecordChainOptions): Promise<RecordedChain> {
  const { config, from, l2 } = options
  const base = await findBase(options)
  const run = new Recording(options)
  const lines = fetchL2Chain(l2, { number: base.number, recorded: from })
  const chain = await ReferenceChain.open(run.noting(lines), { config, from })
  return run.toEnd(chain)
}

/** Finds the newest L2 block at whose L1 origin the pipeline for the first recorded block can begin. */
async function findBase({ config, from, l2 }: RecordChainOptions): Promise<L2BlockRef> {
  const candidateAt = async (number: bigint) => {
    const [fetched] = await fetchL2Blocks(l2, { first: number, count: 1 })
    if (fetched === undefined) throw lacks(l2, number)
    return candidateOf(config, l2, fetched.checked)
  }
  const search = findPipelineBase(config, await candidateAt(from))
  const { ref } = await runSearch(search, candidateAt)
  return ref
}

function candidateOf(config: RollupConfig, { name }: L2Options, { block }: CheckedL2Block) {
  try {
    return baseCandidateOf(config, { ref: l2BlockRefOf(config, block) }, block)
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    const detail = `${name}: L2 block ${block.number} does not match the rollup config: ${cause.message}`
    throw new Fault('wrong-chain', { detail, cause })
  }
}

function lacks({ name }: L2Options, number: bigint): Fault {
  const detail = `${name}: there is no L2 block ${number}`
  return new Fault('recording-without-block', { detail })
}

class Recording {
  readonly #options: RecordChainOptions
  /** Lines of blocks that are not safe yet. */
  readonly #lines = new Map<bigint, string>()
  #safe: bigint
  #firstL1: bigint | undefined
  #txs = 0

  constructor(options: RecordChainOptions) {
    this.#options = options
    this.#safe = options.from
  }

  /** Yields the blocks. Writes the lines up to block `from`, and keeps each later line until its block is safe. */
  async *noting(lines: ReturnType<typeof fetchL2Chain>): ReturnType<typeof fetchL2Chain> {
    const { writer, from } = this.#options
    for await (const block of lines) {
      const { number } = block.block
      if (block.isBefore) writer.addLine('before.ndjson', block.line)
      else if (number === from) writer.addLine('l2.ndjson', block.line)
      else this.#lines.set(number, block.line)
      await writer.drained()
      yield block
    }
  }

  async toEnd(chain: ReferenceChain): Promise<RecordedChain> {
    const { config, from, l1, to } = this.#options
    const { name, client, blobAdvice } = l1
    const source = new RecordingL1({
      view: this.#options.config,
      name,
      client,
      onBlock: (recordable) => this.#takeL1(recordable, chain),
      isDone: () => this.#safe >= to,
    })
    const result = await deriveChain({
      config,
      start: chain.start,
      l1: source,
      judge: this.#judgeOf(chain),
      onBlock: (block) => this.#settle(block),
      ...(blobAdvice !== undefined && { blobAdvice }),
    })
    const lastL1 = source.last?.header.number
    if (this.#firstL1 === undefined || lastL1 === undefined) throw new Error('no L1 block was read')
    if (this.#safe < to) throw this.#shortfall(result, lastL1)
    return {
      l1: { first: this.#firstL1, last: lastL1 },
      l2: { first: from, last: this.#safe },
      txs: this.#txs,
      refused: result.refused,
    }
  }

  async #takeL1({ block, json }: RecordableL1Block, { start }: ReferenceChain): Promise<void> {
    const { l1, l2, writer } = this.#options
    const { number } = block.header
    // All further blocks may be prefetched, so no request would notice the abort.
    if (l2.signal?.aborted === true) throw new Fault('aborted')
    this.#firstL1 ??= number
    const { l1Origin } = start.base
    if (number === l1Origin.number && block.hash !== l1Origin.hash) {
      const detail = `L1 block ${number} is ${block.hash} at ${l1.name}, but ${l1Origin.hash} according to ${l2.name}: they belong to different chains`
      throw new Fault('wrong-chain', { detail })
    }
    this.#options.onL1Block?.(number)
    writer.addLine('l1.ndjson', JSON.stringify(json))
    await writer.drained()
  }

  #judgeOf(chain: ReferenceChain): Judge {
    return {
      judge: (derived) => {
        if (this.#safe >= this.#options.to) return { kind: 'beyond' }
        const judged = chain.judge(derived)
        if (!(judged instanceof Promise)) return this.#noted(derived, judged)
        return judged.then((judgement) => this.#noted(derived, judgement))
      },
      safeBlock: (number) => chain.safeBlock(number),
    }
  }

  #noted(derived: DerivedAttributes, judgement: Judgement): Judgement {
    const { config, writer } = this.#options
    if (judgement.kind !== 'refused') return judgement
    const thenDepositsOnly = isActive(config, 'holocene', derived.derivedFrom.timestamp)
    writer.addLine('refused.ndjson', refusedLine(derived, { thenDepositsOnly }))
    return judgement
  }

  #settle(settled: SettledBlock): void {
    // A block that differs ends the recording.
    if (settled.matches === false) return
    const { writer, onBlock } = this.#options
    const { parent, attributes } = settled.derived
    const number = parent.number + 1n
    const line = this.#lines.get(number)
    if (line === undefined) throw new Error(`L2 block ${number} became safe and was never read`)
    writer.addLine('l2.ndjson', line)
    writer.addLine('expected.ndjson', expectedLine(settled))
    this.#lines.delete(number)
    this.#safe = number
    this.#txs += attributes.transactions.length
    onBlock(settled)
  }

  /** The fault that explains why block `to` did not become safe. */
  #shortfall({ mismatch, refusal, isBeyond }: DeriveResult, lastL1: bigint): Fault {
    const { l1, l2, to } = this.#options
    if (isBeyond) return lacks(l2, this.#safe + 1n)
    const differing = mismatch ?? refusal
    const [difference] = differing?.differences ?? []
    if (differing !== undefined && difference !== undefined) {
      const { derived } = differing
      const what = `L2 block ${derived.parent.number + 1n} of ${l2.name} is not the block derived from L1 block ${derived.derivedFrom.number} of ${l1.name}`
      const how = `${difference.field} is ${difference.block}, derived is ${difference.derived}`
      const detail = `${what} (${how}): it belongs to another chain, or was never safe`
      return new Fault('wrong-chain', { detail })
    }
    const detail = `L1 ends at block ${lastL1}, which makes L2 block ${this.#safe} safe, but not ${to}`
    return new Fault('l1-short', { detail })
  }
}
