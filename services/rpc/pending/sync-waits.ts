/** Limit on the calls of `eth_sendRawTransactionSync` that wait at a time. */
export const maxSyncWaits = 500

/** Limit on such calls of one client. */
export const maxSyncWaitsOfClient = 100

/** Counts the calls that wait for the receipts of their transactions. */
export class SyncWaits {
  readonly #ofClient = new Map<string, number>()
  #all = 0

  /** Begins to wait. @returns false if too many calls wait */
  enter(client: string): boolean {
    const own = this.#ofClient.get(client) ?? 0
    if (this.#all >= maxSyncWaits || own >= maxSyncWaitsOfClient) return false
    this.#ofClient.set(client, own + 1)
    this.#all++
    return true
  }

  /** Ends a wait. */
  leave(client: string): void {
    const left = (this.#ofClient.get(client) ?? 0) - 1
    if (left > 0) this.#ofClient.set(client, left)
    else this.#ofClient.delete(client)
    this.#all--
  }
}
