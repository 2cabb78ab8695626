import { decodeL1Attributes } from '#protocol/block/l1-attributes.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { channelTimeout } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { L2Block } from '#protocol/derivation/l2-block.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'

/** An L2 block at whose L1 origin a pipeline may begin. */
export interface BaseCandidate {
  readonly ref: L2BlockRef
  /** Unix seconds, from the L1 attributes of the block. */
  readonly l1OriginTimestamp: bigint
}

// Rule pipeline-base: A pipeline begins at its base. Of the channel timeouts at the base and at the safe head, the
// longer one applies.
// Spec: derivation.md#resetting-the-pipeline, derive/pipeline.go
/**
 * Adds the timestamp of the L1 origin to an L2 block.
 *
 * @throws DecodeError if the block does not begin with its L1 attributes
 */
export function baseCandidateOf<Source extends { readonly ref: L2BlockRef }>(
  { genesis }: RollupConfig,
  source: Source,
  { transactions: [first] }: Pick<L2Block, 'transactions'>,
): Source & BaseCandidate {
  // The genesis block has no L1 attributes. The genesis is always a base, so this timestamp is never read.
  if (source.ref.number === genesis.l2.number) return { ...source, l1OriginTimestamp: 0n }
  if (first === undefined)
    throw new DecodeError(`L2 block ${source.ref.number} has no transactions`)
  const { timestamp } = decodeL1Attributes(decodeDeposit(first).data)
  return { ...source, l1OriginTimestamp: timestamp }
}

/**
 * Whether a pipeline can begin at the L1 origin of a block. A pipeline can begin there if every channel that may still
 * be open at the safe head's L1 origin was opened in this L1 block or a later one.
 *
 * The longer of the timeouts at the block and at the safe head applies. Implementations differ on which timeout counts,
 * and reading more L1 blocks does no harm.
 * Spec: protocol/derivation.md#resetting-the-pipeline
 */
export function isPipelineBase(
  config: RollupConfig,
  safe: BaseCandidate,
  { ref, l1OriginTimestamp }: BaseCandidate,
): boolean {
  const { genesis } = config
  if (ref.number <= genesis.l2.number || ref.l1Origin.number <= genesis.l1.number) return true
  const here = channelTimeout(config, l1OriginTimestamp)
  const there = channelTimeout(config, safe.l1OriginTimestamp)
  return ref.l1Origin.number + (here > there ? here : there) <= safe.ref.l1Origin.number
}

// Rule pipeline-start: The pipeline starts a channel timeout below the safe head. Spec: derivation.md#resetting-the-pipeline,
// derive/pipeline.go
/**
 * For a safe head, finds the newest L2 block at whose L1 origin a pipeline can begin. A later L2 block never has an
 * earlier L1 origin, so the search halves the range and reads about twenty blocks instead of all blocks within a
 * channel timeout.
 *
 * This generator yields the number of each L2 block that it needs, and is resumed with that block.
 *
 * @param options `lowest`: number of the first available block, which always counts as a base; default: the genesis
 * Spec: protocol/derivation.md#resetting-the-pipeline
 */
export function* findPipelineBase<Block extends BaseCandidate>(
  config: RollupConfig,
  safe: Block,
  { lowest = config.genesis.l2.number }: { readonly lowest?: bigint | undefined } = {},
): Generator<bigint, Block, Block> {
  const isBase = (block: Block) => block.ref.number <= lowest || isPipelineBase(config, safe, block)
  let base = safe
  let above = safe.ref.number + 1n
  for (let distance = 1n; !isBase(base); distance *= 2n) {
    above = base.ref.number
    const below = above - distance
    base = yield below > lowest ? below : lowest
  }
  while (base.ref.number + 1n < above) {
    const middle = yield (base.ref.number + above) / 2n
    if (isBase(middle)) base = middle
    else above = middle.ref.number
  }
  return base
}

/** Runs a search over blocks in memory. */
export function searchHeld<Block>(
  search: Generator<bigint, Block, Block>,
  blockAt: (number: bigint) => Block,
): Block {
  let step = search.next()
  while (step.done !== true) step = search.next(blockAt(step.value))
  return step.value
}
