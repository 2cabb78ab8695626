import type { SentFlashblock } from '#messages/builder-frame.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { linkAfter } from '#protocol/flashblock/link.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import type { Effect, ForeignBlock, State } from '#services/flashblock-p2p/state.ts'

/** Limit on the blocks of other builders that are kept. */
export const maxForeignBlocks = 8

/** Whether flashblocks are larger than any block that gossip accepts. */
export function areTooLarge(flashblocks: readonly Flashblock[]): boolean {
  const bytes = flashblocks.reduce((sum, each) => sum + bytesOf(each), 0)
  return bytes > maxGossipBytes
}

function bytesOf({ base, diff }: Flashblock): number {
  const { postExecTransaction, transactions } = diff
  const others = (base?.extraData.length ?? 0) + (postExecTransaction?.length ?? 0)
  return transactions.reduce((sum, { length }) => sum + length, others)
}

/** Whether a sender is a stream that this node follows, and no builder. */
export function isStream({ options }: State, peer: string): boolean {
  return !options.builders.includes(peer)
}

/** Hands all flashblocks of a block to the engine once more. */
export function appendsOf(
  state: State,
  { epoch, flashblocks, number, peer, proofs }: ForeignBlock,
  receivedMs: number,
): readonly Effect[] {
  const place = { number, epoch, peer, receivedMs, fromStream: isStream(state, peer) }
  return flashblocks.map((flashblock, at) => {
    return { kind: 'append', received: { ...place, flashblock, proof: proofs[at] } }
  })
}

/** A block without its flashblocks from an index on. */
export function upTo(block: ForeignBlock, index: number): ForeignBlock {
  return {
    ...block,
    flashblocks: block.flashblocks.slice(0, index),
    proofs: block.proofs.slice(0, index),
    stored: Math.min(block.stored, index),
    settled: Math.min(block.settled, index),
  }
}

/** The flashblocks of another builder as it sent them, up to the first one that has no signature. */
export function passedOn(block: ForeignBlock): readonly SentFlashblock[] {
  const sent: SentFlashblock[] = []
  for (const [index, flashblock] of block.flashblocks.entries()) {
    const proof = block.proofs[index]
    if (proof === undefined) break
    const previousLink = linkAfter(block.parentHash, block.flashblocks.slice(0, index))
    sent.push({ number: block.number, flashblock, previousLink, ...proof })
  }
  return sent
}

/**
 * The state with a block that is new or has changed. If there are too many, the lowest one is forgotten; after the unsafe
 * head was lowered, the highest other one, which may not be in the chain any more.
 */
export function withForeign(state: State, block: ForeignBlock): State {
  const others = state.foreign.filter(({ payloadId }) => payloadId !== block.payloadId)
  const foreign = [...others, block]
  if (foreign.length <= maxForeignBlocks) return { ...state, foreign }
  const forgotten = state.isLowered
    ? others.reduce((high, each) => (each.number > high.number ? each : high))
    : foreign.reduce((low, each) => (each.number < low.number ? each : low))
  return { ...state, foreign: foreign.filter((each) => each !== forgotten) }
}
