import type { Frame } from './frame.ts'

/** Frame numbers have 16 bits and wrap around in op-node: 0 follows the greatest. */
const frameNumbers = 65_536

// Rule frame-pruning: From Holocene on, frames that fit no channel are dropped within their transaction.
// Spec: holocene/derivation.md#frame-queue, derive/frame_queue.go
/**
 * Removes the frames of one batcher transaction that cannot become part of a channel.
 * The first frame is kept, since it may continue a channel of an earlier transaction. The channel assembler decides
 * whether this frame does continue that channel.
 *
 * Spec: protocol/holocene/derivation.md#frame-queue
 */
export function pruneFrames(frames: readonly Frame[]): Frame[] {
  const kept: Frame[] = []
  for (const frame of frames) {
    // The first frame of a new channel drops all frames of an incomplete channel before it.
    while (givesUp(frame, kept.at(-1))) kept.pop()
    if (fits(frame, kept.at(-1))) kept.push(frame)
  }
  return kept
}

function givesUp(frame: Frame, previous: Frame | undefined): boolean {
  if (previous === undefined || previous.isLast || frame.number !== 0) return false
  return frame.channelId !== previous.channelId
}

function fits(frame: Frame, previous: Frame | undefined): boolean {
  if (previous === undefined) return true
  if (frame.channelId !== previous.channelId) return frame.number === 0
  return !previous.isLast && frame.number === (previous.number + 1) % frameNumbers
}
