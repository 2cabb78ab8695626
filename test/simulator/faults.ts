import type { Hop, Wire } from '#bus/memory/memory-server.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Random } from '#runtime/random.ts'

/** Faults of links. `drop`, `repeat` and `delay` are probabilities for each message. */
export interface LinkFaults {
  readonly drop: number
  readonly repeat: number
  /** Maximum delay of a copy after the message itself. */
  readonly repeatMs: number
  /** Number of copies of a repeated message, in addition to the message itself. */
  readonly copies: number
  /** Probability of a delay up to `delayMs`. Later messages overtake a delayed message. */
  readonly delay: number
  readonly delayMs: number
  /** Selects the messages with faults; undefined means all. */
  readonly only?: (hop: Hop) => boolean
}

/** Links without faults. */
export const noLinkFaults: LinkFaults = {
  drop: 0,
  repeat: 0,
  repeatMs: 20,
  copies: 1,
  delay: 0,
  delayMs: 0,
}

/** Delivers the messages of each link with latency. Without link faults, the messages of a link arrive in order. */
export class FaultyWire implements Wire {
  readonly #clock: Clock
  readonly #random: Random
  readonly #trace: (what: string) => void
  /** The arrival time of the last message of each link. As with TCP, the next message does not arrive earlier. */
  readonly #arrivals = new Map<string, number>()
  faults: LinkFaults = noLinkFaults

  constructor(clock: Clock, random: Random, trace: (what: string) => void) {
    this.#clock = clock
    this.#random = random
    this.#trace = trace
  }

  carry(hop: Hop, deliver: () => void): void {
    const link = `${hop.connection.name} ${hop.direction}`
    const nowMs = this.#clock.monotonicMs()
    const arrivalMs = Math.max(this.#arrivals.get(link) ?? 0, nowMs + this.#random.next())
    this.#arrivals.set(link, arrivalMs)
    const lateMs = this.#misfortune(hop, link)
    for (const late of lateMs) this.#clock.after(arrivalMs - nowMs + late, deliver)
  }

  /** The delay of each copy of a message; empty if the message is lost. */
  #misfortune(hop: Hop, link: string): readonly number[] {
    const { drop, repeat, repeatMs, copies, delay, delayMs, only } = this.faults
    if (only?.(hop) === false) return onTime
    if (this.#random.chance(drop)) return this.#note('lost', { hop, link, late: [] })
    const late = this.#random.chance(delay) ? this.#random.next() * delayMs : 0
    if (this.#random.chance(repeat)) {
      const again = Array.from({ length: copies }, () => late + this.#random.next() * repeatMs)
      return this.#note('again', { hop, link, late: [late, ...again] })
    }
    return late === 0 ? onTime : this.#note('late', { hop, link, late: [late] })
  }

  #note(
    what: string,
    {
      hop,
      link,
      late,
    }: { readonly hop: Hop; readonly link: string; readonly late: readonly number[] },
  ): readonly number[] {
    this.#trace(`${what}: ${link} ${hop.subject}`)
    return late
  }
}

const onTime: readonly number[] = [0]
