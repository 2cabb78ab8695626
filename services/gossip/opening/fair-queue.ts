/** An item of a `FairQueue`. */
export interface Queued {
  readonly peer: string
  readonly bytes: number
}

/** A queue in which all peers have equal shares of the turns and of the room. */
export class FairQueue<Item extends Queued> {
  readonly #maxBytes: number
  /** Peers in the order of their turns. Each peer has its items, the oldest first. */
  readonly #peers = new Map<string, Item[]>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * Adds an item, then drops the newest items of the peer with the most bytes until the queue is within its limit.
   *
   * @returns the dropped items, which may include the added one
   */
  add(item: Item): readonly Item[] {
    const items = this.#peers.get(item.peer) ?? []
    this.#peers.set(item.peer, items)
    items.push(item)
    this.#bytes += item.bytes
    const dropped: Item[] = []
    while (this.#bytes > this.#maxBytes) {
      const last = this.#largest(item.peer)?.at(-1)
      if (last === undefined) break
      this.removeWhere((other) => other === last)
      dropped.push(last)
    }
    return dropped
  }

  /** Removes the oldest item of the peer whose turn it is; undefined if the queue is empty. */
  take(): Item | undefined {
    const [next] = this.#peers
    if (next === undefined) return undefined
    const [peer, items] = next
    const [item] = items.splice(0, 1)
    this.#peers.delete(peer)
    if (items.length > 0) this.#peers.set(peer, items)
    this.#bytes -= item?.bytes ?? 0
    return item
  }

  /** Removes all items for which `isWanted` returns true, and returns them. */
  removeWhere(isWanted: (item: Item) => boolean): readonly Item[] {
    const removed: Item[] = []
    for (const [peer, items] of this.#peers) {
      const rest = items.filter((item) => !isWanted(item))
      if (rest.length === items.length) continue
      removed.push(...items.filter(isWanted))
      if (rest.length === 0) this.#peers.delete(peer)
      else this.#peers.set(peer, rest)
    }
    for (const { bytes } of removed) this.#bytes -= bytes
    return removed
  }

  /** Items of the peer with the most bytes. If several peers have the same number of bytes, the items of `first`. */
  #largest(first: string): readonly Item[] | undefined {
    let largest = this.#peers.get(first)
    let most = bytesOf(largest)
    for (const items of this.#peers.values()) {
      const bytes = bytesOf(items)
      if (bytes > most) [largest, most] = [items, bytes]
    }
    return largest
  }
}

function bytesOf(items: readonly Queued[] = []): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0)
}
