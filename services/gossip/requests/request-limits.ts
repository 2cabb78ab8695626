/** Requests per second, and requests in a burst after a pause. */
interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** Limits of op-node. Source: op-node, sync.go */
const rates = {
  all: { perSecond: 20, burst: 40 },
  peer: { perSecond: 4, burst: 15 },
} as const

/** A request that would wait longer is refused. As in op-node. */
const maxWaitMs = 20_000

/** Limit on peers whose requests are remembered. As in op-node. */
export const maxPeers = 1_000

/** Requests that a peer may still make without a delay. The number is negative while requests wait. */
interface Bucket {
  tokens: number
  atMs: number
}

/** Delays the requests of a peer that makes too many requests, and refuses a request that would wait too long. */
export class RequestLimits {
  readonly #all: Bucket = { tokens: rates.all.burst, atMs: 0 }
  readonly #peers = new Map<string, Bucket>()

  /** Number of peers whose requests are remembered. */
  get peers(): number {
    return this.#peers.size
  }

  /**
   * Takes a turn for a request.
   *
   * @returns milliseconds to wait; undefined if the request is refused
   */
  take(peer: string, nowMs: number): number | undefined {
    const own = this.#peers.get(peer) ?? { tokens: rates.peer.burst, atMs: nowMs }
    this.#peers.delete(peer)
    this.#peers.set(peer, own)
    const [oldest] = this.#peers.keys()
    if (this.#peers.size > maxPeers && oldest !== undefined) this.#peers.delete(oldest)
    refill(own, rates.peer, nowMs)
    refill(this.#all, rates.all, nowMs)
    const waitMs = Math.max(waitOf(own, rates.peer), waitOf(this.#all, rates.all))
    if (waitMs > maxWaitMs) return undefined
    own.tokens--
    this.#all.tokens--
    return waitMs
  }
}

function refill(bucket: Bucket, { perSecond, burst }: Rate, nowMs: number): void {
  const added = (Math.max(0, nowMs - bucket.atMs) / 1_000) * perSecond
  bucket.tokens = Math.min(burst, bucket.tokens + added)
  bucket.atMs = nowMs
}

/** Time until another request may be made. */
function waitOf({ tokens }: Bucket, { perSecond }: Rate): number {
  return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1_000)
}
