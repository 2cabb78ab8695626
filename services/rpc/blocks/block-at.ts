import type { L2BlockPart } from '#messages/fetch-l2-block.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { serverError } from '#services/rpc/methods/server-error.ts'
import type { State } from '#services/rpc/state.ts'
import type { View } from '#services/rpc/status/view.ts'
import type { NodeCalls } from './node-calls.ts'

/** What is needed to read blocks. */
export interface BlockReader {
  readonly calls: Pick<NodeCalls, 'l2Block'>
  readonly view: View
  readonly clock: Clock
}

/**
 * A state, and the block that the chain of this state has at a number; `found` is undefined if there is no such block.
 */
export interface BlockAt {
  readonly state: State
  readonly found:
    | { readonly ref: L2BlockRef; readonly header: (L2BlockPart & { kind: 'header' })['header'] }
    | undefined
}

/** Limit on the reads of one call. If the chain changes during each read, the call fails. */
const maxReads = 10

/** Longest wait for the state of a new generation. */
const stateDelayMs = 1_000

const statePollMs = 10

/**
 * Reads a block of the canonical chain, and a state in which this block is on the chain. The block and the state must
 * match, since proposers and challengers use them together.
 *
 * @throws JsonRpcError if the engine does not answer, or the chain changes again and again
 */
export async function blockAt(number: bigint, reader: BlockReader): Promise<BlockAt> {
  const { calls, view } = reader
  for (let reads = 0; reads < maxReads; reads++) {
    const before = view.state
    const answer = await calls.l2Block({ block: { kind: 'number', number }, part: 'header' })
    await untilGeneration(answer.generation, reader)
    const { state } = view
    if (!isSame(number, [before, state], answer.generation)) continue
    if (answer.kind === 'not-found') return { state, found: undefined }
    const { part, ref } = answer
    if (part.kind === 'header') return { state, found: { ref, header: part.header } }
  }
  throw serverError('the chain changed during the call; try again')
}

/** Whether two states certainly have the same block at a number. */
function isSame(
  number: bigint,
  [before, after]: readonly [State, State],
  generation: bigint,
): boolean {
  const [first, last] = [before.chain, after.chain]
  if (first === undefined || last === undefined) return first === last
  if (first.generation !== generation || last.generation !== generation) return false
  const isSafe = number <= first.localSafe.number && number <= last.localSafe.number
  return isSafe || first.version === last.version
}

/** Waits for the state of a generation, for a limited time. */
async function untilGeneration(generation: bigint, { view, clock }: BlockReader): Promise<void> {
  const endMs = clock.monotonicMs() + stateDelayMs
  const isThere = () => (view.state.chain?.generation ?? generation) >= generation
  while (!isThere() && clock.monotonicMs() < endMs) await sleep(clock, statePollMs)
}
