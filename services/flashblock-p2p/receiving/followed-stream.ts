import { maxFlashblocks } from '#protocol/flashblock/assembly.ts'
import type {
  Event,
  ForeignBlock,
  Refusal,
  State,
  Stepped,
} from '#services/flashblock-p2p/state.ts'
import { append } from './foreign-blocks.ts'

/**
 * A flashblock of a public stream that this node follows, which has no signature. The engine checks it by executing it.
 * Several streams may have the same flashblocks.
 */
export function streamArrived(
  state: State,
  event: Extract<Event, { kind: 'stream-arrived' }>,
): Stepped {
  const { flashblock, nowMs, stream } = event
  const { diff, index, payloadId } = flashblock
  // The stream may pass on what this node has built.
  if (state.own.some((own) => own.payloadId === payloadId)) return [state]
  const known = state.foreign.find((block) => block.payloadId === payloadId)
  const flashblocks = known?.flashblocks ?? []
  const refused = (reason: Refusal): Stepped => [
    state,
    { kind: 'report-refused', peer: stream, payloadId, index, reason },
  ]
  const same = flashblocks[index]
  if (same !== undefined)
    return same.diff.blockHash === diff.blockHash ? [state] : refused('contradiction')
  // The block has signed flashblocks, which an unsigned one must not continue.
  if (known?.proofs.some((proof) => proof !== undefined) === true) return refused('unsigned')
  if (index >= maxFlashblocks) return refused('too-many-indices')
  // After the stream was joined or an index was missed, the rest of the block is of no use.
  if (index > flashblocks.length) return refused('index-gap')
  const block = known ?? beginning(event)
  if (block === undefined) return refused('wrong-block')
  return append(state, block, { flashblock, nowMs, proof: undefined })
}

/** The block of index 0; undefined if it has no base. */
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
