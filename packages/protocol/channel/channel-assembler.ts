import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import type { ChannelId } from '#protocol/primitives.ts'
import { Channel, type FrameVerdict } from './channel.ts'
import type { Frame } from './frame.ts'

/** The outcome of a frame. */
export type AssemblerOutput =
  | { readonly kind: 'staged' }
  | {
      readonly kind: 'ready'
      readonly channelId: ChannelId
      readonly chunks: readonly Uint8Array[]
    }
  | {
      readonly kind: 'dropped'
      /** Why the frame was dropped. With `timed-out` and `too-large`, its channel is dropped too. */
      readonly reason: Exclude<FrameVerdict, 'added'> | 'no-channel' | 'timed-out' | 'too-large'
    }

/** Assembles one channel at a time, from Holocene on. Spec: protocol/holocene/derivation.md#channel-bank */
export class ChannelAssembler {
  #staging: Channel | undefined

  /** Id of the incomplete channel; undefined if there is none. */
  get staging(): ChannelId | undefined {
    return this.#staging?.id
  }

  /** Takes the next frame, included in the L1 block of number `l1Block`. */
  add(frame: Frame, l1Block: bigint, rules: ChannelRules): AssemblerOutput {
    const isTimedOut = this.#staging?.isTimedOut(l1Block, rules.channelTimeout) ?? false
    if (isTimedOut) this.#staging = undefined

    // Rule assembler: From Holocene on one channel is open; frame 0 drops it and opens another, even with the same id.
    // Spec: holocene/derivation.md#channel-bank, derive/channel_assembler.go
    if (frame.number === 0)
      this.#staging = new Channel({ id: frame.channelId, openedAt: l1Block, order: 'strict' })

    const channel = this.#staging
    if (channel === undefined)
      return { kind: 'dropped', reason: isTimedOut ? 'timed-out' : 'no-channel' }
    const verdict = channel.add(frame)
    if (verdict !== 'added') return { kind: 'dropped', reason: verdict }
    // Rule assembler-size: A channel over the size limit is dropped whole. Spec: holocene/derivation.md#channel-bank,
    // derive/channel_assembler.go
    const isTooLarge = channel.sizeBytes > rules.maxRlpBytesPerChannel
    if (!isTooLarge && !frame.isLast) return { kind: 'staged' }

    this.#staging = undefined
    if (isTooLarge) return { kind: 'dropped', reason: 'too-large' }
    return { kind: 'ready', channelId: channel.id, chunks: channel.chunks }
  }

  /** Drops the incomplete channel. Called when a batch of the previous channel is invalid. */
  flush(): void {
    this.#staging = undefined
  }
}
