import type { SentFlashblock } from '#messages/builder-frame.ts'
import { linkAfter } from '#protocol/flashblock/link.ts'
import type { Effect, ForeignBlock, State } from '#services/flashblock-p2p/state.ts'

/** Limit on the blocks of other builders that are kept. */
export const maxForeignBlocks = 8

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

/** The state with a block that is new or has changed. */
export function withForeign(state: State, block: ForeignBlock): State {
  const others = state.foreign.filter(({ payloadId }) => payloadId !== block.payloadId)
  return { ...state, foreign: [...others, block].slice(-maxForeignBlocks) }
}
