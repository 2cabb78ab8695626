import type { Payload } from '#protocol/block/payload.ts'
import type { Heads } from './heads.ts'

/** Unsafe blocks that wait for those below them, the lowest first. Immutable. */
export interface PayloadQueue {
  readonly payloads: readonly Payload[]
  readonly bytes: number
  /** Something was left out for want of room; the log still has it. */
  readonly isCut: boolean
}

/** Nothing waits. */
export const emptyQueue: PayloadQueue = { payloads: [], bytes: 0, isCut: false }

/** Blocks that wait, at most. */
export const maxPayloads = 512

/** The same in bytes, as `payloadBytes` counts them; one of the largest always fits. */
export const maxPayloadQueueBytes = 64 * 1024 * 1024

/** What a payload takes, about. Source: op-node */
export function payloadBytes({ transactions }: Payload): number {
  return transactions.reduce((sum, { length }) => sum + length + 24, 1_000)
}

/** Adds a block; if there is no room, the highest is left out: it is needed last, and the log still has it. */
export function addPayload(queue: PayloadQueue, payload: Payload): PayloadQueue {
  if (queue.payloads.some(({ blockHash }) => blockHash === payload.blockHash)) return queue
  const at = queue.payloads.findLastIndex(({ number }) => number <= payload.number) + 1
  const payloads = queue.payloads.toSpliced(at, 0, payload)
  let bytes = queue.bytes + payloadBytes(payload)
  let { isCut } = queue
  while (payloads.length > maxPayloads || bytes > maxPayloadQueueBytes) {
    const last = payloads.pop()
    if (last === undefined) break
    bytes -= payloadBytes(last)
    isCut = true
  }
  return { payloads, bytes, isCut }
}

/** Leaves out what can no more be the next unsafe block: what is not above the head, and siblings of those that came first. */
export function prunePayloads(
  queue: PayloadQueue,
  { unsafe }: Pick<Heads, 'unsafe'>,
): PayloadQueue {
  const isStale = ({ number, parentHash }: Payload) =>
    number <= unsafe.number || (number === unsafe.number + 1n && parentHash !== unsafe.hash)
  const first = queue.payloads.findIndex((payload) => !isStale(payload))
  if (first === 0 || queue.payloads.length === 0) return queue
  const stale = first === -1 ? queue.payloads.length : first
  const bytes = queue.payloads
    .slice(0, stale)
    .reduce((sum, payload) => sum + payloadBytes(payload), 0)
  return { ...queue, payloads: queue.payloads.slice(stale), bytes: queue.bytes - bytes }
}

/** Takes a block out. */
export function dropPayload(queue: PayloadQueue, payload: Payload): PayloadQueue {
  const payloads = queue.payloads.filter(({ blockHash }) => blockHash !== payload.blockHash)
  if (payloads.length === queue.payloads.length) return queue
  return { ...queue, payloads, bytes: queue.bytes - payloadBytes(payload) }
}
