import { setImmediate as nextLoop } from 'node:timers/promises'

/** Spreads the messages of each peer: one in a turn of the event loop, so that other work runs between them. */
export class PeerTurns {
  /** When the next message of a peer may be opened; only of peers that sent one in this turn. */
  readonly #next = new Map<string, Promise<void>>()

  /** @returns when it is the turn of a message of this peer; undefined if it is now */
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
