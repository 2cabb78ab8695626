import type { Log } from '#messages/subject.ts'
import { every, sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { type BusContext, decodeMessage } from './bus-context.ts'
import { maxGapReads, maxTailedBytes, maxTailedEntries, stateRereadMs } from './bus-limits.ts'
import type { Tailed, TailOptions } from './bus.ts'
import type { Incoming } from './connection.ts'
import { readNewest } from './stream-store.ts'

interface Entry<Value> extends Tailed<Value> {
  readonly kind: 'entry'
  readonly number: bigint
  readonly id: string
}

/** Result of looking up a number; `unreadable` if the entry cannot be decoded, such as one from another release. */
type Found<Value> = Entry<Value> | { readonly kind: 'absent' } | { readonly kind: 'unreadable' }

/** Number of the last entries that are remembered, so that an entry that was both pushed and read is returned once. */
const rememberedEntries = 256

/**
 * Reads the entries of a log from a number on: stored entries, then pushed entries.
 *
 * The reader keeps its position, the next number. A pushed entry with a higher number means that entries were missed,
 * and the reader looks them up by number. It also looks up the next numbers at the start, after a reconnect, every
 * second, and after the buffer for pushed entries was full.
 */
export async function* tailLog<Value>(
  context: BusContext,
  log: Log<Value>,
  { from, signal: given }: TailOptions,
): AsyncGenerator<Tailed<Value>> {
  const signal = AbortSignal.any([given, context.signal])
  const live = new LiveEntries(context, log)
  const lookUp = (number: bigint) => lookUpWhenUp(context, log, { number, signal })
  const remembered = new Map<string, true>()
  // When an entry is returned, all entries with lower numbers have been returned, except those that a gap of more than
  // `maxGapReads` skips. After an abort, further entries with lower numbers may be missing, so no entry is returned.
  const isDue = ({ number, id }: Entry<Value>) =>
    !signal.aborted && remember(remembered, `${number}:${id}`)
  const stop = () => live.stop()
  signal.addEventListener('abort', stop, { once: true })
  let next = from
  try {
    while (!signal.aborted) {
      if (live.takeProbe()) {
        for (;;) {
          const stored = await lookUp(next)
          if (stored.kind === 'absent') break
          next++
          if (stored.kind === 'entry' && isDue(stored)) yield stored
        }
      }
      const pushed = live.take()
      if (pushed === undefined) {
        await live.wait()
        continue
      }
      const first = log.firstOf?.(pushed.number) ?? next
      if (next < first) next = first
      const gap = pushed.number - next
      if (gap > 0n) {
        if (gap > maxGapReads) next = pushed.number - BigInt(maxGapReads)
        for (; next < pushed.number; next++) {
          const missed = await lookUp(next)
          if (missed.kind === 'entry' && isDue(missed)) yield missed
        }
      }
      if (pushed.number >= next) next = pushed.number + 1n
      if (isDue(pushed)) yield pushed
    }
  } finally {
    signal.removeEventListener('abort', stop)
    live.stop()
  }
}

/**
 * Reads the newest entry with a number from the store.
 *
 * @throws Fault `unavailable`, `timeout`
 */
export async function lookUpEntry<Value>(
  context: BusContext,
  log: Log<Value>,
  number: bigint,
): Promise<Found<Value>> {
  const { bulk, names } = context
  const subject = names.logEntry(log, number)
  const stored = await readNewest(bulk, names.logStream(log.stream), subject)
  if (stored === undefined) return { kind: 'absent' }
  return readEntry(context, log, stored) ?? { kind: 'unreadable' }
}

function readEntry<Value>(
  context: BusContext,
  log: Log<Value>,
  message: Pick<Incoming, 'data' | 'header'>,
): Entry<Value> | undefined {
  const { tracing } = context
  const decoded = decodeMessage(context, log.codec, message)
  if (decoded === undefined) return undefined
  const { value } = decoded
  const inContext = tracing.receive(log.name, message.header, () => tracing.capture())
  return { kind: 'entry', number: log.number(value), id: log.id(value), value, inContext }
}

/** Looks up an entry, with retries while the server is unreachable. Returns `absent` also if `signal` is aborted. */
async function lookUpWhenUp<Value>(
  context: BusContext,
  log: Log<Value>,
  { number, signal }: { readonly number: bigint; readonly signal: AbortSignal },
): Promise<Found<Value>> {
  while (!signal.aborted) {
    try {
      const found = await lookUpEntry(context, log, number)
      if (found.kind === 'entry') context.metrics.backfilled(log.name)
      return found
    } catch (error) {
      if (!isFault(error) || error.severity !== 'temporary') throw error
      await sleep(context.clock, stateRereadMs, signal)
    }
  }
  return { kind: 'absent' }
}

/** Pushed entries that have not been read, up to a limit. */
class LiveEntries<Value> {
  readonly #entries: { readonly entry: Entry<Value>; readonly bytes: number }[] = []
  readonly #stop: () => void
  #bytes = 0
  /**
   * When to read the store for entries that were not pushed: before or after the buffered entries; undefined: not now.
   */
  #probe: 'before' | 'after' | undefined = 'before'
  #isOverflowing = false
  #wake: (() => void) | undefined
  #isStopped = false

  constructor(context: BusContext, log: Log<Value>) {
    const { bulk, clock, names } = context
    const subscription = bulk.subscribe(names.logEntry(log, '*'), {
      onMessage: (message) => {
        const entry = readEntry(context, log, message)
        if (entry !== undefined) this.#push(entry, message.data.length)
      },
    })
    const probe = (when: 'before' | 'after') => {
      if (this.#probe !== 'before') this.#probe = when
      this.#wake?.()
    }
    const stopProbing = every(clock, stateRereadMs, () => probe('after'))
    const unlisten = bulk.onReconnect(() => probe('before'))
    this.#stop = () => {
      unlisten()
      subscription.unsubscribe()
      stopProbing()
      this.#wake?.()
    }
  }

  /** Returns whether to read the store now, and clears the request to read it. */
  takeProbe(): boolean {
    const isDue =
      this.#probe === 'before' || (this.#probe === 'after' && this.#entries.length === 0)
    if (!isDue) return false
    this.#probe = undefined
    this.#isOverflowing = false
    return true
  }

  take(): Entry<Value> | undefined {
    const first = this.#entries.shift()
    if (first === undefined) return undefined
    this.#bytes -= first.bytes
    return first.entry
  }

  /** Waits for an entry, a reason to read the store, or the end. */
  async wait(): Promise<void> {
    if (this.#probe !== undefined || this.#entries.length > 0 || this.#isStopped) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#wake = undefined
  }

  stop(): void {
    this.#isStopped = true
    this.#stop()
  }

  #push(entry: Entry<Value>, bytes: number): void {
    const isFull = this.#entries.length >= maxTailedEntries || this.#bytes + bytes > maxTailedBytes
    if (isFull || this.#isOverflowing) {
      // Drops this entry and all later ones. The reader looks them up in the store after the buffered entries.
      this.#isOverflowing = true
      this.#probe ??= 'after'
      return
    }
    this.#entries.push({ entry, bytes })
    this.#bytes += bytes
    this.#wake?.()
  }
}

function remember(remembered: Map<string, true>, key: string): boolean {
  if (remembered.has(key)) return false
  remembered.set(key, true)
  if (remembered.size > rememberedEntries)
    for (const oldest of remembered.keys()) {
      remembered.delete(oldest)
      break
    }
  return true
}
