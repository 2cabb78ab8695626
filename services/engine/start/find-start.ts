import type { ResetPoint } from '#messages/chain-state.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Page, PageRequest } from '#protocol/sync/block-pages.ts'
import { type EngineLabels, SyncStart } from '#protocol/sync/sync-start.ts'
import { Fault } from '#runtime/fault.ts'
import { readLabels, refOf } from '#services/engine/client/read-blocks.ts'
import { type StartHeads, toForkchoice } from '#services/engine/forkchoice/heads.ts'
import type { ClientPorts, Ports } from '#services/engine/ports.ts'
import { resetPointOf } from './reset-point.ts'

/** Where a generation starts. */
export interface FoundStart {
  readonly heads: StartHeads
  readonly start: ResetPoint
  /**
   * Whether the client has finalized nothing above the genesis: its finalized head is the genesis, or is not set. In
   * this case the client may still be fetching the chain.
   */
  readonly isAtGenesis: boolean
}

/** Options of the search. */
interface FindStartOptions {
  /** Whether the execution client may still be fetching the chain from its peers. */
  readonly isElSyncing: boolean
}

/**
 * Finds the heads to continue from, sets them in the execution client, and finds where derivation starts with these
 * heads. A client that is still fetching the chain gets no forkchoice, because a forkchoice with its current head would
 * stop the sync. The caller must have checked both chains with `checkL1Chain` and `checkL2Chain`.
 *
 * @throws Fault `wrong-chain`, `reorg-past-finality` or `reorg-too-deep`, which need an operator; other faults, after
 * which the search is repeated
 */
export async function findStart(
  ports: Ports,
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
  const found = await search(new SyncStart({ config, labels, safeOffsetSeconds }), ports)
  if (found.kind === 'failed') throw new Fault(found.reason, { detail: found.detail })
  const { heads } = found
  const start = await resetPointOf(heads.safe, ports)
  const status = await executionClient.forkchoice(toForkchoice(heads))
  if (status.kind === 'valid') return { heads, start, isAtGenesis }
  const why = status.kind === 'invalid' ? `invalid: ${status.reason}` : 'syncing'
  const detail = `the execution client calls its own head ${heads.unsafe.number} (${heads.unsafe.hash}) ${why}`
  throw new Fault('engine-forkchoice', { detail })
}

/**
 * Whether the execution client has finalized nothing above the genesis: its label `finalized` is the genesis, or is not
 * set. Source: op-node, insertUnsafePayload
 */
function isNothingFinal({ finalized }: EngineLabels, { genesis }: RollupConfig): boolean {
  return finalized === undefined || finalized.hash === genesis.l2.hash
}

/** The heads during EL sync, when only the genesis is known to be safe and final. */
async function headsInElSync(
  { unsafe }: EngineLabels,
  { config, executionClient }: ClientPorts,
): Promise<StartHeads> {
  const { number } = config.genesis.l2
  const block = await executionClient.block({ kind: 'number', number })
  if (block === undefined)
    throw new Fault('l2-missing', {
      detail: 'the execution client does not have its genesis block',
    })
  const genesis = refOf(config, block)
  return { unsafe, safe: genesis, finalized: genesis }
}

/** Fetches the pages that a search requests, until the search has a result. */
async function search<Step extends { readonly kind: string }>(
  steps: { step(page?: Page): Step | PageRequest },
  ports: Ports,
): Promise<Exclude<Step, PageRequest>> {
  let step = steps.step()
  while (isRequest(step)) step = steps.step(await fetchPage(step, ports))
  return step as Exclude<Step, PageRequest>
}

function isRequest(step: { readonly kind: string }): step is PageRequest {
  return step.kind === 'need-l1' || step.kind === 'need-l2'
}

async function fetchPage(request: PageRequest, ports: Ports): Promise<Page> {
  const { number, count } = request
  if (request.kind === 'need-l1')
    return { kind: 'l1', blocks: await ports.l1.blocksDown({ number, count }) }
  const blocks = await ports.executionClient.blocksDown({ number, count })
  return { kind: 'l2', blocks: blocks.map((block) => refOf(ports.config, block)) }
}
