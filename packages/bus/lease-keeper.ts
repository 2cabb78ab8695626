import { leaseTtlMs } from '#messages/streams.ts'
import { sleep } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { BusContext } from './bus-context.ts'
import { busHeaders } from './bus-headers.ts'
import { leaseMarginMs, leaseRenewMs, publishPauseMs, stateRereadMs } from './bus-limits.ts'
import type { Lease, LeaseHolder, LeaseOptions } from './bus.ts'
import { readNewest, store, type Stored } from './stream-store.ts'

/** The parts of the bus that a lease needs. */
export type LeaseContext = Pick<
  BusContext,
  | 'names'
  | 'service'
  | 'instance'
  | 'boot'
  | 'control'
  | 'clock'
  | 'metrics'
  | 'waits'
  | 'signal'
  | 'onFatal'
>

/**
 * Waits until no other instance holds the lease, and takes it.
 *
 * @throws Fault `closed` if the bus is closed or the signal is aborted during the wait
 */
export async function takeLease(
  context: LeaseContext,
  { signal = context.signal, onStandby }: LeaseOptions = {},
): Promise<LeaseKeeper> {
  const { clock, instance, service, waits } = context
  const what = `the lease of ${service}`
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const stored = await readLease(context)
      const holder = stored && parseHolder(stored)
      if (holder === undefined || holder.instance === instance) {
        const lease = await takeOver(context, { over: stored?.sequence ?? 0, attempt })
        waits.ended(what)
        return lease
      }
      waits.ended(what)
      onStandby?.(holder)
      await sleep(clock, stateRereadMs, signal)
    } catch (error) {
      if (!isFault(error) || error.severity !== 'temporary') throw error
      if (error.code === 'conflict') continue
      waits.failed(what, error)
      await sleep(clock, publishPauseMs, signal)
    }
  }
  waits.ended(what)
  throw new Fault('closed', { detail: 'stopped while waiting for the lease' })
}

async function takeOver(
  context: LeaseContext,
  { over, attempt }: { readonly over: number; readonly attempt: number },
): Promise<LeaseKeeper> {
  const { clock, control, names, service, instance, boot, metrics } = context
  const sentMs = clock.monotonicMs()
  const value = new TextEncoder().encode(
    JSON.stringify({ instance, boot, sinceMs: clock.now() } satisfies LeaseHolder),
  )
  const message = { subject: names.lease(service), data: value }
  const id = `${boot}/take/${attempt}`
  const { sequence } = await store(control, message, { id, expectedSequence: over })
  metrics.leaseChanged()
  return new LeaseKeeper(context, { sequence, value, sentMs })
}

/** Renews a lease, and detects by its clock when another instance may have taken the lease. */
export class LeaseKeeper implements Lease {
  readonly term: bigint
  readonly #context: LeaseContext
  readonly #value: Uint8Array
  #sequence: number
  #deadlineMs: number
  #renewals = 0
  readonly #released = new AbortController()
  readonly #renewing: Promise<void>

  constructor(
    context: LeaseContext,
    taken: { readonly sequence: number; readonly value: Uint8Array; readonly sentMs: number },
  ) {
    this.#context = context
    this.#value = taken.value
    this.#sequence = taken.sequence
    this.term = BigInt(taken.sequence)
    this.#deadlineMs = deadlineOf(taken.sentMs)
    this.#renewing = this.#renewUntil(AbortSignal.any([context.signal, this.#released.signal]))
  }

  get remainingMs(): number {
    return Math.max(0, this.#deadlineMs - this.#context.clock.monotonicMs())
  }

  guard(): void {
    if (this.remainingMs > 0 && !this.#released.signal.aborted) return
    throw new Fault('lease-expired', {
      detail: `the lease of ${this.#context.service} was not renewed in time`,
    })
  }

  async release(): Promise<void> {
    if (this.#released.signal.aborted) return
    this.#released.abort()
    // A pending renewal changes the sequence that the release expects.
    await this.#renewing
    const { control, names, service, boot } = this.#context
    const message = {
      subject: names.lease(service),
      // The deletion still names this holder. A process that lost the lease to this holder may read the lease only
      // after the release, and then reports the name.
      data: this.#value,
      headers: { [busHeaders.operation]: 'DEL' },
    }
    try {
      const id = `${boot}/release`
      await store(control, message, { id, expectedSequence: this.#sequence })
    } catch (error) {
      // If the release fails, the next instance takes the lease when the lease expires.
      const isGone = isFault(error) && (error.severity === 'temporary' || error.code === 'closed')
      if (!isGone) throw error
    }
  }

  async #renewUntil(ended: AbortSignal): Promise<void> {
    const { clock, control, onFatal } = this.#context
    // A restarted server may have lost the lease, so the lease is renewed immediately after a reconnect.
    let reconnected = new AbortController()
    const unlisten = control.onReconnect(() => reconnected.abort())
    const stop = () => reconnected.abort()
    ended.addEventListener('abort', stop, { once: true })
    try {
      while (!ended.aborted) {
        await sleep(clock, leaseRenewMs, reconnected.signal)
        reconnected = new AbortController()
        await this.#renew(ended)
      }
    } catch (error) {
      if (!isFault(error)) throw error
      if (!ended.aborted) onFatal(error)
    } finally {
      unlisten()
      ended.removeEventListener('abort', stop)
    }
  }

  /** @throws Fault `lease-lost` if the lease was taken or lost; `lease-expired` if no renewal succeeded in time */
  async #renew(ended: AbortSignal): Promise<void> {
    const { clock, control, names, service, boot, metrics } = this.#context
    const message = { subject: names.lease(service), data: this.#value }
    const id = `${boot}/renew/${++this.#renewals}`
    // The deadline counts from the first attempt, which the server may have stored although no acknowledgement arrived.
    const sentMs = clock.monotonicMs()
    let isRefused = false
    while (!ended.aborted) {
      this.guard()
      try {
        if (isRefused) this.#sequence = await this.#ownSequence()
        isRefused = false
        const ack = await store(control, message, { id, expectedSequence: this.#sequence })
        this.#sequence = ack.sequence
        this.#deadlineMs = deadlineOf(sentMs)
        metrics.published('lease', (clock.monotonicMs() - sentMs) / 1_000)
        return
      } catch (error) {
        if (!isFault(error) || error.severity !== 'temporary') throw error
        metrics.resent('lease')
        if (error.code === 'conflict') isRefused = true
        else if (error.code !== 'timeout') await sleep(clock, publishPauseMs, ended)
      }
    }
  }

  /** Reads the sequence of our lease after a conflict. A lost acknowledgement of our own renewal causes a conflict. */
  async #ownSequence(): Promise<number> {
    const stored = await readLease(this.#context)
    const holder = stored && parseHolder({ ...stored, isDeletion: false })
    if (stored !== undefined && holder?.boot === this.#context.boot) return stored.sequence
    throw new Fault('lease-lost', {
      detail: lossOf(this.#context, holder),
      fields: { service: this.#context.service, holder },
    })
  }
}

function deadlineOf(sentMs: number): number {
  return sentMs + leaseTtlMs - leaseMarginMs
}

function lossOf({ service, instance }: LeaseContext, holder: LeaseHolder | undefined): string {
  if (holder === undefined) return `the lease of ${service} is gone: the bus lost its store`
  if (holder.instance === instance)
    return `another process runs as instance ${instance}; give each process its own name`
  return `${holder.instance} took the lease of ${service}`
}

function readLease({ control, names, service }: LeaseContext): Promise<Stored | undefined> {
  return readNewest(control, names.leaseStream, names.lease(service))
}

/** The holder in a stored lease; undefined for a deleted lease. A malformed lease counts as held until it expires. */
export function parseHolder({ data, isDeletion }: Stored): LeaseHolder | undefined {
  if (isDeletion) return undefined
  const unknown = { instance: '', boot: '', sinceMs: 0 }
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(data))
    return isHolder(value) ? value : unknown
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return unknown
  }
}

function isHolder(value: unknown): value is LeaseHolder {
  if (typeof value !== 'object' || value === null) return false
  const { instance, boot, sinceMs } = value as Record<string, unknown>
  return typeof instance === 'string' && typeof boot === 'string' && typeof sinceMs === 'number'
}
