import { isSameDiff, maxFlashblocks } from '#protocol/flashblock/assembly.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import {
  type Event,
  type ForeignBlock,
  maxBlocksAhead,
  type Refusal,
  type State,
  type Stepped,
} from '#services/flashblock-p2p/state.ts'
import { areTooLarge } from './foreign-block.ts'
import { append } from './foreign-blocks.ts'

/**
 * A flashblock of a public stream that this node follows, which has no signature. The engine checks it by executing it,
 * and never takes it over. Several streams may have the same flashblocks.
 */
export function streamArrived(
  state: State,
  event: Extract<Event, { kind: 'stream-arrived' }>,
): Stepped {
  const { flashblock, nowMs, stream: peer } = event
  const { index, payloadId } = flashblock
  // The stream may pass on what this node has built.
  if (state.own.some((own) => own.payloadId === payloadId)) return [state]
  const known = state.foreign.find((block) => block.payloadId === payloadId)
  const same = known?.flashblocks[index]
  if (same !== undefined && isSameDiff(same.diff, flashblock.diff)) return [state]
  const block = known ?? beginning(event)
  const reason = refusalOf(state, block, flashblock)
  if (block === undefined || reason !== undefined)
    return [
      state,
      { kind: 'report-refused', peer, payloadId, index, reason: reason ?? 'index-gap' },
    ]
  return append(state, block, { flashblock, nowMs, proof: undefined })
}

function refusalOf(
  { unsafe }: State,
  block: ForeignBlock | undefined,
  flashblock: Flashblock,
): Refusal | undefined {
  const { index } = flashblock
  // After the stream was joined or an index was missed, the rest of the block is of no use.
  if (block === undefined || index > block.flashblocks.length) return 'index-gap'
  const { flashblocks, number, proofs } = block
  if (unsafe === undefined || number <= unsafe || number > unsafe + maxBlocksAhead)
    return 'wrong-height'
  // The block has signed flashblocks, which an unsigned one must not continue.
  if (proofs.some((proof) => proof !== undefined)) return 'unsigned'
  if (index < flashblocks.length) return 'contradiction'
  if (index >= maxFlashblocks) return 'too-many-indices'
  return areTooLarge([...flashblocks, flashblock]) ? 'too-large' : undefined
}

/** The block of index 0; undefined without a base. */
function beginning({
  flashblock,
  stream: peer,
}: Extract<Event, { kind: 'stream-arrived' }>): ForeignBlock | undefined {
  const { base, payloadId } = flashblock
  if (base === undefined) return undefined
  const { number, parentHash } = base
  const place = { payloadId, number, parentHash, peer }
  return { ...place, epoch: 0n, flashblocks: [], proofs: [], stored: 0, settled: 0 }
}
