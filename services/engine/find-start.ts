import type { SyncStartFault } from '#protocol/sync/sync-start.ts'
import type { ResetPoint } from '#messages/chain-state.ts'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { type L2Block, l2BlockRefOf, systemConfigOf } from '#protocol/derivation/l2-block.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { Page, PageRequest } from '#protocol/sync/block-pages.ts'
import { baseCandidateOf, findPipelineBase } from '#protocol/sync/pipeline-base.ts'
import { type EngineLabels, SyncStart } from '#protocol/sync/sync-start.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { runSearch } from '#runtime/run-search.ts'
import { type StartHeads, toForkchoice } from './heads.ts'
import type { EngineClientPorts, EnginePorts, L1Refs } from './ports.ts'

/** Where a generation begins. */
export interface FoundStart {
  readonly heads: StartHeads
  readonly start: ResetPoint
  /** The execution client calls nothing but the genesis final: it may still be fetching the chain. */
  readonly isAtGenesis: boolean
}

/** What a search goes by, beside the world outside. */
interface FindStartOptions {
  /** The execution client may still be fetching the chain from its peers. */
  readonly isElSyncing: boolean
}

/**
 * Finds the heads to go on from, tells the execution client, and finds where derivation has to begin for them. One that still
 * fetches the chain from its peers is told nothing: its head is in the middle of the chain, and to name it would stop the sync.
 * L1 and L2 are taken to be of the chain: `checkL1Chain`, `checkL2Chain`.
 *
 * @throws Fault `wrong-chain`, `reorg-past-finality`, `reorg-too-deep` (critical: an operator has to help); others, which
 * another search may heal
 */
export async function findStart(
  ports: EnginePorts,
  { isElSyncing }: FindStartOptions,
): Promise<FoundStart> {
  const { config, executionClient } = ports
  const labels = await readLabels(ports)
  const isAtGenesis = isNothingFinal(labels, config)
  if (isElSyncing && isAtGenesis) {
    const heads = await headsInElSync(labels, ports)
    return { heads, start: await resetPointOf(heads.safe, ports), isAtGenesis }
  }
  const safeOffsetSeconds = ports.sync.mode === 'el' ? ports.sync.safeOffsetSeconds : 0n
  const found = await walk(new SyncStart({ config, labels, safeOffsetSeconds }), ports)
  if (found.kind === 'failed') throw startFault(found.reason, found.detail)
  const { heads } = found
  const start = await resetPointOf(heads.safe, ports)
  const status = await executionClient.forkchoice(toForkchoice(heads))
  if (status.kind === 'valid') return { heads, start, isAtGenesis }
  const why = status.kind === 'invalid' ? `invalid: ${status.reason}` : 'syncing'
  const detail = `the execution client calls its own head ${heads.unsafe.number} (${heads.unsafe.hash}) ${why}`
  throw new Fault('engine-forkchoice', { detail })
}

/** By its own word, not by what a search chose. Source: op-node, insertUnsafePayload */
function isNothingFinal({ finalized }: EngineLabels, { genesis }: RollupConfig): boolean {
  return finalized === undefined || finalized.hash === genesis.l2.hash
}

/** Nothing is known to be safe but the genesis. */
async function headsInElSync(
  { unsafe }: EngineLabels,
  { config, executionClient }: EngineClientPorts,
): Promise<StartHeads> {
  const { number } = config.genesis.l2
  const block = await executionClient.block({ kind: 'number', number })
  if (block === undefined) throw startFault('l2-missing', 'it does not have its genesis block')
  const genesis = refOf(config, block)
  return { unsafe, safe: genesis, finalized: genesis }
}

/** Where derivation begins to read L1 for a safe head. */
export async function resetPointOf(safe: L2BlockRef, ports: EnginePorts): Promise<ResetPoint> {
  const { config } = ports
  await canonicalOrigin(safe, ports)
  const search = findPipelineBase(config, await candidateAt(safe, ports))
  const base = await runSearch(search, (number) => candidateAt({ number }, ports))
  const l1Origin = await canonicalOrigin(base.ref, ports)
  return { safe, l1Origin, systemConfig: decoded(config, base.block, systemConfigOf) }
}

/** A block of the execution client that derivation may begin at; a hash says which of its number it must be. */
async function candidateAt(
  { number, hash }: { readonly number: bigint; readonly hash?: Hash },
  { config, executionClient }: EnginePorts,
) {
  const block = await executionClient.block({ kind: 'number', number })
  if (block === undefined || (hash !== undefined && block.blockHash !== hash))
    throw startFault('l2-missing', `the execution client lacks block ${number} of its chain`)
  const source = { ref: refOf(config, block), block }
  return decoded(config, block, () => baseCandidateOf(config, source, block))
}

/** The L1 origin of a block. @throws Fault `l1-inconsistent` if L1 has no such block, or another one of its number */
async function canonicalOrigin(
  { number, l1Origin }: L2BlockRef,
  { l1 }: EnginePorts,
): Promise<L1BlockRef> {
  const [block] = await l1.blocksDown({ number: l1Origin.number, count: 1 })
  if (block?.number === l1Origin.number && block.hash === l1Origin.hash) return block
  throw startFault(
    'l1-inconsistent',
    `L1 does not have block ${l1Origin.number} (${l1Origin.hash}), the L1 origin of L2 block ${number}: it is behind, or was reorganised while it was read`,
  )
}

/** The place of a block. @throws Fault `wrong-chain` if it is none of this rollup */
export function refOf(config: RollupConfig, block: L2Block): L2BlockRef {
  return decoded(config, block, l2BlockRefOf)
}

/**
 * An L1 that does not have its block at the genesis, not yet or not any more, is taken at its chain id.
 *
 * @throws Fault `wrong-chain` if L1 is of another chain than the rollup config; else as L1 does
 * Source: op-node, Config.ValidateL1Config
 */
export async function checkL1Chain({
  config,
  l1,
}: Pick<EnginePorts, 'config' | 'l1'>): Promise<void> {
  const chainId = await l1.chainId()
  if (chainId !== config.l1ChainId)
    throw startFault(
      'wrong-chain',
      `L1 (--l1-rpc-urls) has chain id ${chainId}, the rollup config has l1_chain_id ${config.l1ChainId}`,
    )
  const { number, hash } = config.genesis.l1
  const genesis = await l1BlockIfKept(number, l1)
  if (genesis !== undefined && genesis.hash !== hash)
    throw startFault(
      'wrong-chain',
      `block ${number} of L1 (--l1-rpc-urls) is ${genesis.hash}, the rollup config has genesis.l1.hash ${hash}`,
    )
}

/** Of what they pruned some nodes say that there is none, others refuse the call. */
async function l1BlockIfKept(number: bigint, l1: L1Refs): Promise<L1BlockRef | undefined> {
  try {
    const [block] = await l1.blocksDown({ number, count: 1 })
    return block
  } catch (error) {
    if (isFault(error, 'l1-refused')) return undefined
    throw error
  }
}

/** @throws Fault `wrong-chain` if the execution client is of another chain than the rollup config */
export async function checkL2Chain({ config, executionClient }: EngineClientPorts): Promise<void> {
  const chainId = await executionClient.chainId()
  if (chainId !== config.l2ChainId)
    throw startFault(
      'wrong-chain',
      `the execution client (--engine-url) has chain id ${chainId}, the rollup config has l2_chain_id ${config.l2ChainId}`,
    )
  const { number, hash } = config.genesis.l2
  const genesis = await executionClient.block({ kind: 'number', number })
  // A client that prunes may not have it any more.
  if (genesis !== undefined && genesis.blockHash !== hash)
    throw startFault(
      'wrong-chain',
      `block ${number} of the execution client (--engine-url) is ${genesis.blockHash}, the rollup config has genesis.l2.hash ${hash}`,
    )
}

/** What the execution client says of its heads. @throws Fault `l2-missing` without a head */
export async function readLabels({
  config,
  executionClient,
}: EngineClientPorts): Promise<EngineLabels> {
  const [unsafe, safe, finalized] = await Promise.all(
    (['unsafe', 'safe', 'finalized'] as const).map(async (label) => {
      const block = await executionClient.block({ kind: 'label', label })
      return block && refOf(config, block)
    }),
  )
  if (unsafe === undefined) throw startFault('l2-missing', 'it has no head')
  return { unsafe, safe, finalized }
}

/** Gives a search the pages that it asks for until it has come to something. */
async function walk<Step extends { readonly kind: string }>(
  search: { step(page?: Page): Step | PageRequest },
  ports: EnginePorts,
): Promise<Exclude<Step, PageRequest>> {
  let step = search.step()
  while (isRequest(step)) step = search.step(await fetchPage(step, ports))
  return step as Exclude<Step, PageRequest>
}

function isRequest(step: { readonly kind: string }): step is PageRequest {
  return step.kind === 'need-l1' || step.kind === 'need-l2'
}

async function fetchPage(request: PageRequest, ports: EnginePorts): Promise<Page> {
  const { number, count } = request
  if (request.kind === 'need-l1')
    return { kind: 'l1', blocks: await ports.l1.blocksDown({ number, count }) }
  const blocks = await ports.executionClient.blocksDown({ number, count })
  return { kind: 'l2', blocks: blocks.map((block) => refOf(ports.config, block)) }
}

function decoded<Value>(
  config: RollupConfig,
  block: L2Block,
  decode: (config: RollupConfig, block: L2Block) => Value,
): Value {
  try {
    return decode(config, block)
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    const detail = `block ${block.number} (${block.blockHash}) is none of this rollup: ${cause.message}`
    throw new Fault('wrong-chain', { detail, cause })
  }
}

function startFault(code: SyncStartFault | 'wrong-chain', detail: string): Fault {
  return new Fault(code, { detail })
}
