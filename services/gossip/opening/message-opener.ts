import type { Message } from '@libp2p/gossipsub'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import { declaredLength } from '#protocol/p2p/snappy-block.ts'
import { type OpenedMessage, openMessage, type OpeningRules } from './opened-message.ts'
import {
  DroppedMessage,
  type DropReason,
  OpeningThread,
  type OpeningOptions,
} from './opening-thread.ts'

/**
 * A message of a peer that has more bytes than this, as received or decompressed, is opened on another thread. Smaller
 * messages take 1 to 3 ms of the main thread, and a peer may send `messageRate.burst` of them in a burst.
 */
export const largeMessageBytes: number = 128 * 2 ** 10

/** Rules and callbacks for opening messages. */
export interface OpenerOptions extends OpeningOptions {
  /** Called for each message that is dropped before it is opened. */
  readonly onDropped: (topic: string, reason: Exclude<DropReason, 'closed'>) => void
}

/** Opens each message once, for its id and for its validation. */
export class MessageOpener {
  readonly #rules: OpeningRules
  readonly #onDropped: OpenerOptions['onDropped']
  readonly #thread: OpeningThread
  readonly #opened = new WeakMap<Message, OpenedMessage>()
  /** The peers that sent large messages, by the received data. */
  readonly #senders = new WeakMap<Uint8Array, string>()

  constructor(options: OpenerOptions) {
    this.#rules = options
    this.#onDropped = options.onDropped
    this.#thread = new OpeningThread(options)
  }

  /**
   * Remembers which peer sent a large message. Messages without a remembered peer are small, or are messages of this
   * host.
   */
  received(data: Uint8Array, peer: string): void {
    if (sizeOf(data) > largeMessageBytes) this.#senders.set(data, peer)
  }

  /** Opens a message. @throws DroppedMessage */
  idOf(message: Message): Uint8Array | Promise<Uint8Array> {
    const { topic, data } = message
    const peer = this.#senders.get(data)
    if (peer !== undefined) return this.#idOfLarge(message, peer)
    const opened = openMessage(topic, data, this.#rules)
    this.#opened.set(message, opened)
    return opened.id
  }

  /** The opened form of a message whose id was computed. */
  opened(message: Message): OpenedMessage {
    const opened = this.#opened.get(message)
    if (opened === undefined) throw new Error('the message was not opened')
    return opened
  }

  /** Starts the thread before the first large message. */
  prepare(): void {
    this.#thread.prepare()
  }

  /** Drops the messages that wait, and ends the thread. */
  close(): Promise<void> {
    return this.#thread.close()
  }

  async #idOfLarge(message: Message, peer: string): Promise<Uint8Array> {
    const { topic, data } = message
    try {
      const opened = await this.#thread.open({ peer, topic, data, bytes: sizeOf(data) })
      this.#opened.set(message, opened)
      return opened.id
    } catch (error) {
      if (error instanceof DroppedMessage && error.reason !== 'closed')
        this.#onDropped(topic, error.reason)
      throw error
    }
  }
}

/** The larger of two sizes: as received, and decompressed. */
function sizeOf(data: Uint8Array): number {
  try {
    const declared = declaredLength(data)
    return declared > maxGossipBytes ? data.length : Math.max(data.length, declared)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return data.length
  }
}
