/** How messages wait while an earlier message is written: all in their order, or only the newest. */
export type QueueName = 'ordered' | 'latest'

/** Messages that wait for a peer. */
export interface MessageQueue {
  /** Adds a message, and returns what that meant: it waits, it replaced the message that waited, or there is no room. */
  push(message: Uint8Array): 'queued' | 'replaced' | 'full'
  /** Removes and returns the next message; undefined if no message waits. */
  take(): Uint8Array | undefined
}

/** Limit on the messages that wait in an ordered queue. */
export const maxQueuedMessages = 256

/** Limit on the bytes that wait in an ordered queue: two messages of the largest size. */
export const maxQueuedBytes = 32 * 2 ** 20

/** Makes an empty queue. */
export function messageQueue(name: QueueName): MessageQueue {
  return name === 'ordered' ? new OrderedQueue() : new LatestQueue()
}

/** Keeps the newest message: for messages that contain everything that the earlier ones do. */
class LatestQueue implements MessageQueue {
  #message: Uint8Array | undefined

  push(message: Uint8Array): 'queued' | 'replaced' {
    const replaces = this.#message !== undefined
    this.#message = message
    return replaces ? 'replaced' : 'queued'
  }

  take(): Uint8Array | undefined {
    const message = this.#message
    this.#message = undefined
    return message
  }
}

class OrderedQueue implements MessageQueue {
  #messages: Uint8Array[] = []
  #bytes = 0

  push(message: Uint8Array): 'queued' | 'full' {
    const bytes = this.#bytes + message.length
    if (this.#messages.length >= maxQueuedMessages || bytes > maxQueuedBytes) return 'full'
    this.#messages.push(message)
    this.#bytes = bytes
    return 'queued'
  }

  take(): Uint8Array | undefined {
    const message = this.#messages.shift()
    this.#bytes -= message?.length ?? 0
    return message
  }
}
