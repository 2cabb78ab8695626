import type { ChainState } from '#messages/chain-state.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { systemConfigOf } from '#protocol/derivation/l2-block.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { baseCandidateOf, findPipelineBase } from '#protocol/sync/pipeline-base.ts'
import { runSearch } from '#runtime/run-search.ts'
import type { SessionStart } from '#services/derivation/state.ts'

/** What a pipeline begins with is read from here. Each throws a Fault if it cannot be had now. */
export interface StartSources {
  readonly l2Block: (
    block: { readonly hash: Hash } | { readonly number: bigint },
  ) => Promise<L2Source>
  /** The canonical L1 block of a number, with the blobs of a batcher. */
  readonly l1Block: (number: bigint, batcher: Address) => Promise<L1Block>
  /** The hash of the canonical L1 block of a number; undefined if L1 does not have it yet. */
  readonly l1HashAt: (number: bigint) => Promise<Hash | undefined>
}

/** An L2 block and its place. */
export interface L2Source {
  readonly ref: L2BlockRef
  readonly payload: Payload
}

/** What is to be read for: the chain, and what the history knows of it. */
export interface StartRequest {
  readonly chain: ChainState
  /** The L1 block that made the safe head safe. */
  readonly madeSafe: BlockId | undefined
}

/** What there is to begin with. */
export type ReadStart =
  | ({ readonly kind: 'found' } & SessionStart)
  /** The L1 block that the safe head was derived from is not canonical any more. */
  | { readonly kind: 'reorged' }
  /** It is not known which block that was. */
  | { readonly kind: 'unknown-inclusion' }

/** A block that a pipeline may begin at. */
interface Base {
  readonly l1Origin: BlockId
  readonly batcher: Address
}

/**
 * Reads what a pipeline begins with: the safe head with its system config, and the L1 block to read first, a channel timeout
 * below the safe head's L1 origin.
 *
 * L1 may have been reorganised while nobody read it. It is not enough then that the L1 origin of the safe head is canonical: what
 * made it safe was included later. So that L1 block has to be canonical as well, and known at all, unless the engine has just gone
 * back so far that all of it is read again.
 *
 * @returns `reorged` if one of these L1 blocks is not canonical any more
 * @throws DecodeError if a block of the engine is none of this chain
 */
export async function readStart(
  config: RollupConfig,
  { chain, madeSafe }: StartRequest,
  sources: StartSources,
): Promise<ReadStart> {
  const { start, localSafe } = chain
  const isGenesis = localSafe.number === config.genesis.l2.number
  if (madeSafe === undefined && chain.sequence > 0n && !isGenesis)
    return { kind: 'unknown-inclusion' }
  if (!isGenesis && (await isReorged({ chain, madeSafe }, sources))) return { kind: 'reorged' }
  const safe = await sources.l2Block({ hash: localSafe.hash })
  const systemConfig = systemConfigOf(config, safe.payload)
  const base =
    start.safe.hash === localSafe.hash
      ? { l1Origin: start.l1Origin, batcher: start.systemConfig.batcherAddress }
      : await findBase(config, safe, sources)
  const block = await sources.l1Block(base.l1Origin.number, base.batcher)
  if (block.hash !== base.l1Origin.hash) return { kind: 'reorged' }
  return {
    kind: 'found',
    head: { ref: safe.ref, systemConfig },
    base: block,
    batcher: base.batcher,
    madeSafe,
    l1Genesis: isAtGenesis(config, chain) ? await l1Genesis(sources) : undefined,
  }
}

// Rule start-inclusion: The L1 block that made the safe head safe must be known and canonical; otherwise derivation is reset.
// Spec: Atoll's own
/** Where it is not known what made the head safe, all up to the L1 origin of the unsafe head was canonical when it was chosen. */
async function isReorged(
  { chain, madeSafe }: StartRequest,
  { l1Block, l1HashAt }: StartSources,
): Promise<boolean> {
  if (madeSafe !== undefined)
    return (await l1Block(madeSafe.number, noBatcher)).hash !== madeSafe.hash
  const { l1Origin } = chain.unsafe
  const hash = await l1HashAt(l1Origin.number)
  // What L1 does not have yet may become canonical.
  return hash !== undefined && hash !== l1Origin.hash
}

async function findBase(
  config: RollupConfig,
  safe: L2Source,
  { l2Block }: StartSources,
): Promise<Base> {
  const candidateOf = (source: L2Source) => baseCandidateOf(config, source, source.payload)
  const { ref, payload } = await runSearch(
    findPipelineBase(config, candidateOf(safe)),
    async (number) => candidateOf(await l2Block({ number })),
  )
  const { batcherAddress } = systemConfigOf(config, payload)
  return { l1Origin: ref.l1Origin, batcher: batcherAddress }
}

/** For an L1 block of which nothing but its place matters. */
export const noBatcher = `0x${'00'.repeat(20)}` as Address

/** All that is safe will be seen from the first block on. */
function isAtGenesis({ genesis }: RollupConfig, { sequence, start }: ChainState): boolean {
  return sequence === 0n && start.safe.number === genesis.l2.number
}

/** The contracts of a chain may be older than its genesis, and look it up by an L1 block before that. */
async function l1Genesis({ l1Block }: StartSources): Promise<BlockId> {
  const { hash, number } = await l1Block(0n, noBatcher)
  return { hash, number }
}
