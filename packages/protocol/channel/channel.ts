import type { ChannelId } from '#protocol/primitives.ts'
import type { Frame } from './frame.ts'

/** Whether a frame was added to the channel, or why it was refused. */
export type FrameVerdict =
  'added' | 'other-channel' | 'already-closed' | 'duplicate' | 'past-end' | 'out-of-order'

/** The id of a new channel, the L1 block in which it opens, and the required order of its frames. */
export interface ChannelOpening {
  readonly id: ChannelId
  /** Number of the L1 block with the frame that was seen first, which need not be frame 0. */
  readonly openedAt: bigint
  /** `strict` if frames must arrive in order, as from Holocene on. */
  readonly order: 'any' | 'strict'
}

/** Bytes that count for each frame in addition to its data. Spec: protocol/derivation.md#pruning */
const frameOverheadBytes = 200

/** Collects the frames of one channel. Spec: protocol/derivation.md#channel-bank */
export class Channel {
  readonly id: ChannelId
  readonly openedAt: bigint
  readonly #order: 'any' | 'strict'
  readonly #frames = new Map<number, Uint8Array>()
  #endNumber: number | undefined
  #highestNumber = 0
  #sizeBytes = 0

  constructor({ id, openedAt, order }: ChannelOpening) {
    this.id = id
    this.openedAt = openedAt
    this.#order = order
  }

  /** Size of the channel for the limits, in bytes. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Whether the last frame and all before it are present. */
  get isReady(): boolean {
    // Frames after the last one are not kept, so the number of frames shows whether all are present.
    return this.#endNumber !== undefined && this.#frames.size === this.#endNumber + 1
  }

  /** The data of a complete channel, in order. */
  get chunks(): readonly Uint8Array[] {
    const numbers = [...this.#frames.keys()].toSorted((a, b) => a - b)
    return numbers.flatMap((number) => this.#frames.get(number) ?? [])
  }

  // Rule channel-timeout: A channel times out by the number of the L1 block that is read. Spec: derivation.md#timeouts,
  // granite/derivation.md, derive/channel_bank.go
  /** Whether the channel has timed out at an L1 block number. */
  isTimedOut(l1Block: bigint, channelTimeout: bigint): boolean {
    return this.openedAt + channelTimeout < l1Block
  }

  /** Adds a frame, or refuses it without effect. */
  add(frame: Frame): FrameVerdict {
    const verdict = this.#judge(frame)
    if (verdict !== 'added') return verdict
    if (frame.isLast) this.#close(frame.number)
    this.#highestNumber = Math.max(this.#highestNumber, frame.number)
    this.#frames.set(frame.number, frame.data)
    this.#sizeBytes += frame.data.length + frameOverheadBytes
    return 'added'
  }

  // Rule channel-frames: Of several frames with the same number, the first is kept. A channel has one last frame, and
  // no frame after it.
  // Spec: derivation.md#channel-bank, derive/channel.go
  #judge({ channelId, number, isLast }: Frame): FrameVerdict {
    if (channelId !== this.id) return 'other-channel'
    const end = this.#endNumber
    if (isLast && end !== undefined) return 'already-closed'
    if (this.#frames.has(number)) return 'duplicate'
    if (end !== undefined && number >= end) return 'past-end'
    // Rule strict-frames: From Holocene on, frames arrive in order from 0. Spec: holocene/derivation.md#channel-bank,
    // derive/channel.go
    if (this.#order === 'strict' && number !== this.#frames.size) return 'out-of-order'
    return 'added'
  }

  /** Removes frames with a number above the number of the last frame. */
  #close(endNumber: number): void {
    this.#endNumber = endNumber
    if (endNumber >= this.#highestNumber) return
    for (const number of this.#frames.keys()) if (number >= endNumber) this.#frames.delete(number)
    this.#highestNumber = endNumber
    // As in op-node, the sizes of the removed frames and of the kept frames are both subtracted, which leaves 0. The
    // pruning of the bank depends on this size.
    this.#sizeBytes = 0
  }
}
