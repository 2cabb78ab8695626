import type { SentFlashblock } from '#messages/builder-frame.ts'
import { linkAfter } from '#protocol/flashblock/link.ts'
import type { Effect, ForeignBlock, State } from '#services/flashblock-p2p/state.ts'

/** Limit on the blocks of other builders that are kept. */
export const maxForeignBlocks = 8

/** Hands all flashblocks of a block to the engine once more. */
export function appendsOf(
  { epoch, flashblocks, number, peer, proofs }: ForeignBlock,
  receivedMs: number,
): readonly Effect[] {
  return flashblocks.map((flashblock, at) => {
    const received = { number, flashblock, epoch, peer, receivedMs, proof: proofs[at] }
    return { kind: 'append', received }
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
