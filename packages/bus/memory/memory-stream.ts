import type { StreamSpec } from '#messages/streams.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Headers, Outgoing } from '#bus/connection.ts'
import { messageBytes } from '#bus/connection.ts'

/** A stored message. */
export interface KeptMessage {
  readonly sequence: number
  readonly subject: string
  readonly data: Uint8Array
  readonly headers: Headers
  readonly storedMs: number
}

/** The outcome of storing a message. */
export type Kept =
  | { readonly kind: 'stored'; readonly message: KeptMessage }
  | { readonly kind: 'duplicate'; readonly sequence: number }
  | { readonly kind: 'conflict'; readonly newest: number }
  | { readonly kind: 'full' }

/** A stream in memory, with the server's rules for expiry, limits, compare-and-set and duplicates. */
export class MemoryStream {
  readonly #clock: Clock
  /** In order of sequence, oldest first. */
  readonly #messages = new Map<number, KeptMessage>()
  readonly #bySubject = new Map<string, number[]>()
  readonly #ids = new Map<string, { readonly sequence: number; readonly atMs: number }>()
  #bytes = 0
  #sequence = 0
  spec: StreamSpec

  constructor(spec: StreamSpec, clock: Clock) {
    this.spec = spec
    this.#clock = clock
  }

  get messages(): number {
    this.#expire()
    return this.#messages.size
  }

  get bytes(): number {
    this.#expire()
    return this.#bytes
  }

  get lastSequence(): number {
    return this.#sequence
  }

  /** Subjects with a message. */
  subjects(): readonly string[] {
    this.#expire()
    return [...this.#bySubject.keys()]
  }

  /** The newest message under a subject. */
  newest(subject: string): KeptMessage | undefined {
    this.#expire()
    return this.#messages.get(this.#bySubject.get(subject)?.at(-1) ?? 0)
  }

  /** Stores a message unless one of its conditions fails. */
  keep(
    { subject, data, headers = {} }: Outgoing,
    { id, expected }: { readonly id: string | undefined; readonly expected: number | undefined },
  ): Kept {
    this.#expire()
    // Servers of 2026 check the expected sequence first. Older servers check for a duplicate first.
    const newest = this.#bySubject.get(subject)?.at(-1) ?? 0
    if (expected !== undefined && expected !== newest) return { kind: 'conflict', newest }
    const earlier = id === undefined ? undefined : this.#ids.get(id)
    if (earlier !== undefined) return { kind: 'duplicate', sequence: earlier.sequence }
    if (!this.#makeRoom({ subject, bytes: messageBytes({ data, headers }) }))
      return { kind: 'full' }

    const storedMs = this.#clock.now()
    const message = { sequence: ++this.#sequence, subject, data, headers, storedMs }
    this.#messages.set(message.sequence, message)
    this.#bytes += messageBytes(message)
    const numbers = this.#bySubject.get(subject)
    if (numbers === undefined) this.#bySubject.set(subject, [message.sequence])
    else numbers.push(message.sequence)
    if (id !== undefined) this.#ids.set(id, { sequence: message.sequence, atMs: storedMs })
    return { kind: 'stored', message }
  }

  #makeRoom({ subject, bytes }: { readonly subject: string; readonly bytes: number }): boolean {
    const numbers = this.#bySubject.get(subject) ?? []
    const replaced = numbers.slice(
      0,
      Math.max(0, numbers.length + 1 - this.spec.messagesPerSubject),
    )
    const freed = replaced.reduce((sum, sequence) => sum + this.#bytesOf(sequence), 0)
    if (this.spec.whenFull === 'refuse-new' && this.#bytes - freed + bytes > this.spec.maxBytes)
      return false
    for (const sequence of replaced) this.#drop(sequence)
    for (const sequence of this.#messages.keys()) {
      if (this.#bytes + bytes <= this.spec.maxBytes) break
      this.#drop(sequence)
    }
    return true
  }

  #expire(): void {
    const now = this.#clock.now()
    for (const [id, { atMs }] of this.#ids) {
      if (now - atMs < this.spec.duplicateWindowMs) break
      this.#ids.delete(id)
    }
    if (this.spec.maxAgeMs === undefined) return
    for (const { sequence, storedMs } of this.#messages.values()) {
      if (now - storedMs < this.spec.maxAgeMs) break
      this.#drop(sequence)
    }
  }

  #bytesOf(sequence: number): number {
    const message = this.#messages.get(sequence)
    return message === undefined ? 0 : messageBytes(message)
  }

  #drop(sequence: number): void {
    const message = this.#messages.get(sequence)
    if (message === undefined) return
    this.#bytes -= messageBytes(message)
    this.#messages.delete(sequence)
    const left = (this.#bySubject.get(message.subject) ?? []).filter((other) => other !== sequence)
    if (left.length === 0) this.#bySubject.delete(message.subject)
    else this.#bySubject.set(message.subject, left)
  }
}
