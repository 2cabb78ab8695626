import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import type { ChannelId } from '#protocol/primitives.ts'
import { Channel, type FrameVerdict } from './channel.ts'
import type { Frame } from './frame.ts'

/** The outcome of a read. */
export type BankRead =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'timed-out'; readonly channelId: ChannelId }
  | {
      readonly kind: 'ready'
      readonly channelId: ChannelId
      readonly chunks: readonly Uint8Array[]
    }

/** The outcome of a frame, and the channels that were pruned for it. */
export type BankAdd =
  | { readonly kind: 'added'; readonly pruned: readonly ChannelId[] }
  | { readonly kind: 'dropped'; readonly reason: Exclude<FrameVerdict, 'added'> | 'timed-out' }

/**
 * Assembles many channels at a time, before Holocene.
 *
 * Pruning depends on the order of calls. As in op-node, `read` is called after each frame until it returns nothing. At
 * the next L1 block, `read` is called again, before the frames of that block are added.
 * Spec: protocol/derivation.md#channel-bank
 */
export class ChannelBank {
  /** In the order in which they were opened. */
  readonly #channels = new Map<ChannelId, Channel>()
  /** Total size of all channels. Updated with each change, since the bank may hold too many channels to sum up. */
  #sizeBytes = 0

  /** Removes and returns one channel, while the L1 block with number `l1Block` is read. */
  read(l1Block: bigint, rules: ChannelRules): BankRead {
    for (const channel of this.#channels.values()) {
      const isTimedOut = channel.isTimedOut(l1Block, rules.channelTimeout)
      // Rule bank-timeout: A timed-out channel takes no frames, and is removed when it is the oldest one.
      // Spec: derivation.md#channel-bank, derive/channel_bank.go
      if (isTimedOut && this.#isFirst(channel)) {
        this.#remove(channel)
        return { kind: 'timed-out', channelId: channel.id }
      }
      if (!isTimedOut && channel.isReady) {
        this.#remove(channel)
        return { kind: 'ready', channelId: channel.id, chunks: channel.chunks }
      }
      // Rule bank-order: Before Canyon the first opened channel is read first; from Canyon on, the first ready one.
      // Spec: derivation.md#channel-bank, derive/channel_bank.go
      if (rules.isReadInOrder) break
    }
    return { kind: 'nothing' }
  }

  /** Takes the next frame, included in the L1 block with number `l1Block`. */
  add(frame: Frame, l1Block: bigint, rules: ChannelRules): BankAdd {
    const channel = this.#channels.get(frame.channelId) ?? this.#open(frame.channelId, l1Block)
    // A timed-out channel stays in the bank until it is the oldest one; then a read removes it.
    if (channel.isTimedOut(l1Block, rules.channelTimeout))
      return { kind: 'dropped', reason: 'timed-out' }
    const sizeBefore = channel.sizeBytes
    const verdict = channel.add(frame)
    if (verdict !== 'added') return { kind: 'dropped', reason: verdict }
    this.#sizeBytes += channel.sizeBytes - sizeBefore
    return { kind: 'added', pruned: this.#prune(rules.maxChannelBankBytes) }
  }

  #isFirst(channel: Channel): boolean {
    return this.#channels.values().next().value === channel
  }

  // Rule channel-opened: A channel opens in the L1 block of its first frame seen, which need not be frame 0.
  // Spec: derivation.md#channel-bank, derive/channel_bank.go
  #open(id: ChannelId, openedAt: bigint): Channel {
    const channel = new Channel({ id, openedAt, order: 'any' })
    this.#channels.set(id, channel)
    return channel
  }

  #remove(channel: Channel): void {
    this.#channels.delete(channel.id)
    this.#sizeBytes -= channel.sizeBytes
  }

  /**
   * Drops the oldest channels until the rest fits, even the channel that the frame was added to. Spec:
   * protocol/derivation.md#pruning
   */
  #prune(maxBytes: number): readonly ChannelId[] {
    const pruned: ChannelId[] = []
    for (const channel of this.#channels.values()) {
      if (this.#sizeBytes <= maxBytes) break
      this.#remove(channel)
      pruned.push(channel.id)
    }
    return pruned
  }
}
