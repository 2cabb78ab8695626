import { setImmediate as nextLoop } from 'node:timers/promises'

/** Opens one message of each peer in a turn of the event loop, so that other work runs between the messages. */
export class PeerTurns {
  /**
   * When the next message of a peer may be opened. Only peers with a message in this turn or a later one have an entry.
   */
  readonly #next = new Map<string, Promise<void>>()

  /** @returns a promise of the turn in which a message of this peer may be opened; undefined if it may be opened now */
  take(peer: string): Promise<void> | undefined {
    const turn = this.#next.get(peer)
    const next = loopAfter(turn)
    this.#next.set(peer, next)
    void this.#forget(peer, next)
    return turn
  }

  async #forget(peer: string, next: Promise<void>): Promise<void> {
    await next
    if (this.#next.get(peer) === next) this.#next.delete(peer)
  }
}

async function loopAfter(turn: Promise<void> | undefined): Promise<void> {
  await turn
  await nextLoop()
}
