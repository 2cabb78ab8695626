import type { ChainState } from '#messages/chain-state.ts'
import type { FetchL2BlockRequest } from '#messages/fetch-l2-block.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { DecodeError } from '#protocol/codec/decode-error.ts'
import { systemConfigOf } from '#protocol/derivation/l2-block.ts'
import type { L2Head } from '#protocol/pipeline/pipeline.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { baseCandidateOf, findPipelineBase } from '#protocol/sync/pipeline-base.ts'
import type { Fault } from '#runtime/fault.ts'
import { runSearch } from '#runtime/run-search.ts'
import { noBatcher } from '#services/derivation/calls/calls.ts'

/** What a session starts with. */
export interface SessionStart {
  readonly head: L2Head
  readonly base: L1Block
  readonly batcher: Address
  /** The L1 block that made the head safe, if it is known. */
  readonly madeSafe: BlockId | undefined
  /** L1 block 0, if the session starts at the genesis. */
  readonly l1Genesis: BlockId | undefined
}

/** The chains that a start is read from. Each call throws a Fault if there is no answer. */
export interface StartSources {
  readonly l2Block: (block: L2Id) => Promise<L2Source>
  /** The canonical L1 block at a number, with the blobs of a batcher. */
  readonly l1Block: (number: bigint, batcher: Address) => Promise<L1Block>
  /** Hash of the canonical L1 block at a number; undefined if L1 does not have it yet. */
  readonly l1HashAt: (number: bigint) => Promise<Hash | undefined>
}

/** An L2 block by hash or number. */
export type L2Id = Exclude<FetchL2BlockRequest['block'], { readonly kind: 'label' }>

/** An L2 block and its reference. */
export interface L2Source {
  readonly ref: L2BlockRef
  readonly payload: Payload
}

/** The chain to start on, and the L1 block that made its safe head safe, if the safe-head history has it. */
export interface StartRequest {
  readonly chain: ChainState
  /** The L1 block that made the safe head safe. */
  readonly madeSafe: BlockId | undefined
}

/** The start, or the reason for a reset. */
export type ReadStart =
  | ({ readonly kind: 'found' } & SessionStart)
  /** The L1 block that made the head safe, or the L1 block to start at, is no longer canonical. */
  | { readonly kind: 'reorged' }
  /** It is not known which L1 block made the safe head safe. */
  | { readonly kind: 'unknown-inclusion' }

/** Result of `fetch-start`. */
export type StartResult =
  | ReadStart
  /** After EL sync: a block of the safe-head history that is on the chain. */
  | { readonly kind: 'resume-at'; readonly block: BlockId }
  /** After EL sync: no block of the safe-head history is on the chain. */
  | { readonly kind: 'foreign-history' }
  | { readonly kind: 'failed'; readonly error: Fault | DecodeError }

/** A block that a pipeline may start at. */
interface Base {
  readonly l1Origin: BlockId
  readonly batcher: Address
}

/**
 * Reads what a session starts with: the safe head with its system config, and the first L1 block to read, which is one
 * channel timeout below the safe head's L1 origin.
 *
 * L1 may have been reorganised while derivation was down. A canonical L1 origin of the safe head does not suffice,
 * because the batches that made the head safe were included in later L1 blocks. Therefore the L1 block that made the
 * head safe must be known and canonical. This is not required if the engine has just gone back so far that derivation
 * reads all of these later L1 blocks again.
 *
 * @throws DecodeError if a block of the engine does not belong to this chain
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
  const safe = await sources.l2Block({ kind: 'hash', hash: localSafe.hash })
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

// Rule start-inclusion: The L1 block that made the safe head safe must be known and canonical; otherwise derivation is
// reset.
// Spec: Atoll's own
/**
 * Whether the L1 block that made the safe head safe was reorged out. If this L1 block is unknown, checks the L1 origin
 * of the unsafe head, because the engine chose its heads by the L1 origin of the unsafe head.
 */
async function isReorged(
  { chain, madeSafe }: StartRequest,
  { l1Block, l1HashAt }: StartSources,
): Promise<boolean> {
  if (madeSafe !== undefined)
    return (await l1Block(madeSafe.number, noBatcher)).hash !== madeSafe.hash
  const { l1Origin } = chain.unsafe
  const hash = await l1HashAt(l1Origin.number)
  // An L1 block that does not exist yet may become canonical.
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
    async (number) => candidateOf(await l2Block({ kind: 'number', number })),
  )
  const { batcherAddress } = systemConfigOf(config, payload)
  return { l1Origin: ref.l1Origin, batcher: batcherAddress }
}

/** Whether derivation starts at the genesis, so that the safe-head history covers the whole chain. */
function isAtGenesis({ genesis }: RollupConfig, { sequence, start }: ChainState): boolean {
  return sequence === 0n && start.safe.number === genesis.l2.number
}

/**
 * L1 block 0. In the history, the L2 genesis is the safe head from this block on. Some L1 contracts are older than the
 * L2 genesis, and their users query the safe head at L1 blocks below the L1 origin of the genesis.
 */
async function l1Genesis({ l1Block }: StartSources): Promise<BlockId> {
  const { hash, number } = await l1Block(0n, noBatcher)
  return { hash, number }
}
