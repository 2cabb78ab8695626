import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { Clock } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { EndpointPool } from '#l1/endpoint-pool.ts'
import type { L1Endpoint, VerifiedL1Header } from '#l1/l1-endpoint.ts'

/** Whom to ask for heads, and how often. */
export interface HeadWatchOptions {
  readonly pool: EndpointPool<L1Endpoint>
  readonly clock: Clock
  /** How often safe and finalized are asked for: they move once an epoch. */
  readonly finalityPollMs: number
  /** Told of an endpoint whose head is behind the best, once. */
  readonly onLag?: (name: string, blocks: bigint) => void
}

/** How often endpoints are asked besides the best, so that one that stands still is found out, and another known to live. */
const probeMs = 12_000

/** While heads are announced they are not asked for, unless there was none for so long. */
const announcedMs = 30_000

/** An endpoint that is as many blocks behind is told of. */
const lagToTell = 3n

/** The heads of L1, from several endpoints of which some lag. */
export class HeadWatch {
  readonly #options: HeadWatchOptions
  readonly #lagging = new Set<string>()
  #heads: L1Heads | undefined
  #header: VerifiedL1Header | undefined
  #announced: VerifiedL1Header | undefined
  #announcedAtMs = Number.NEGATIVE_INFINITY
  #finalityAtMs = Number.NEGATIVE_INFINITY
  #probedAtMs: number

  constructor(options: HeadWatchOptions) {
    this.#options = options
    this.#probedAtMs = options.clock.monotonicMs()
  }

  /** The newest head, with its header. */
  get header(): VerifiedL1Header | undefined {
    return this.#header
  }

  /** Takes a head that a node announced by itself. */
  announce(header: VerifiedL1Header): void {
    this.#announced = header
    this.#announcedAtMs = this.#options.clock.monotonicMs()
  }

  /** The heads now. @throws Fault that says of each endpoint what is wrong with it */
  async read(): Promise<L1Heads> {
    const { finalityPollMs, pool, clock } = this.#options
    const nowMs = clock.monotonicMs()
    const isFinalityDue = nowMs - this.#finalityAtMs >= finalityPollMs
    const announced = this.#announced
    this.#announced = undefined
    if (announced !== undefined && this.#heads !== undefined && !isFinalityDue)
      return this.#take({ head: announced, finality: undefined })
    const isAnnounced = nowMs - this.#announcedAtMs < announcedMs
    const isProbeDue = pool.size > 1 && nowMs - this.#probedAtMs >= probeMs
    if (this.#heads !== undefined && isAnnounced && !isFinalityDue && !isProbeDue)
      return this.#heads
    const told = await this.#ask({ isFinalityDue })
    const best = isProbeDue ? await this.#probe(told.head) : told.head
    if (isFinalityDue) this.#finalityAtMs = nowMs
    return this.#take({ ...told, head: best })
  }

  #take({ head, finality }: Told): L1Heads {
    const { safe, finalized } = finality ?? this.#heads ?? { safe: undefined, finalized: undefined }
    this.#header = head
    this.#heads = { head: head.ref, safe, finalized }
    return this.#heads
  }

  /** Whoever is behind the head that is known is passed over, unless all are: then the chain became shorter. */
  async #ask({ isFinalityDue }: { readonly isFinalityDue: boolean }): Promise<Told> {
    const { pool } = this.#options
    const behind: Told[] = []
    try {
      return await pool.ask(async (endpoint, signal) => {
        const told = await askOne(endpoint, { isFinalityDue, signal })
        const lag = (this.#heads?.head.number ?? 0n) - told.head.ref.number
        if (pool.size > 1) this.#noteLag(endpoint.name, lag)
        if (lag <= 0n) return told
        behind.push(told)
        throw lags(endpoint.name, lag)
      })
    } catch (error) {
      const [first, ...others] = behind
      if (!isFault(error, 'l1-behind') || first === undefined) throw error
      return others.reduce((a, b) => (isHigher(b.head, a.head) ? b : a), first)
    }
  }

  /** Asks all, and takes the highest; where there are two of one height, the one that is known already. */
  async #probe(known: VerifiedL1Header): Promise<VerifiedL1Header> {
    const { pool, clock } = this.#options
    this.#probedAtMs = clock.monotonicMs()
    const told = await pool.askEach(async (endpoint, signal) => {
      return (await askOne(endpoint, { isFinalityDue: false, signal })).head
    })
    const best = told.reduce((a, { answer }) => (isHigher(answer, a) ? answer : a), known)
    for (const { name, answer } of told) this.#noteLag(name, best.ref.number - answer.ref.number)
    return best
  }

  #noteLag(name: string, blocks: bigint): void {
    const lag = blocks > 0n ? blocks : 0n
    this.#options.pool.noteLag(name, lag)
    if (lag < lagToTell) this.#lagging.delete(name)
    else if (!this.#lagging.has(name)) {
      this.#lagging.add(name)
      this.#options.onLag?.(name, lag)
    }
  }
}

/** What an endpoint told. */
interface Told {
  readonly head: VerifiedL1Header
  /** Left out if it was not asked for. */
  readonly finality:
    | { readonly safe: L1BlockRef | undefined; readonly finalized: L1BlockRef | undefined }
    | undefined
}

async function askOne(
  endpoint: L1Endpoint,
  { isFinalityDue, signal }: { readonly isFinalityDue: boolean; readonly signal: AbortSignal },
): Promise<Told> {
  if (!isFinalityDue) {
    const [head] = await endpoint.fetchLabels(['latest'], { signal })
    return { head: present(endpoint, head), finality: undefined }
  }
  const labels = ['latest', 'safe', 'finalized'] as const
  const [head, safe, finalized] = await endpoint.fetchLabels(labels, { signal })
  const told = { head: present(endpoint, head), safe: safe?.ref, finalized: finalized?.ref }
  // Asked for at once, they may be of different moments, but not by much.
  for (const ref of [told.safe, told.finalized])
    if (ref !== undefined && ref.number > told.head.ref.number + 1n)
      throw untrue(endpoint, `it calls block ${ref.number} safe, and its head is lower`)
  return { head: told.head, finality: { safe: told.safe, finalized: told.finalized } }
}

function present(endpoint: L1Endpoint, head: VerifiedL1Header | undefined): VerifiedL1Header {
  if (head === undefined) throw lags(endpoint.name, 0n)
  return head
}

function isHigher(a: VerifiedL1Header, b: VerifiedL1Header): boolean {
  return a.ref.number > b.ref.number
}

function lags(name: string, blocks: bigint): Fault {
  const detail =
    blocks === 0n ? `${name}: it has no head` : `${name}: it is ${blocks} blocks behind`
  return new Fault('l1-behind', { detail, fields: { endpoint: name } })
}

function untrue({ name }: L1Endpoint, what: string): Fault {
  const fields = { endpoint: name }
  return new Fault('l1-invalid', { detail: `${name}: ${what}`, fields })
}
