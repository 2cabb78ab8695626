import type { Payload } from '#protocol/block/payload.ts'
import type { Heads } from '#services/engine/forkchoice/heads.ts'

/** Unsafe blocks that wait for their ancestors, the lowest first. Immutable. */
export interface PayloadQueue {
  readonly payloads: readonly Payload[]
  readonly bytes: number
  /**
   * Whether blocks were omitted because the queue was full; the log `gossip.payload-received` on the bus still has
   * these blocks.
   */
  readonly isCut: boolean
}

/** A queue without blocks. */
export const emptyQueue: PayloadQueue = { payloads: [], bytes: 0, isCut: false }

/** Maximum number of blocks. */
export const maxPayloads = 512

/** Maximum size, as `payloadBytes` counts it. Any single block is smaller. */
export const maxPayloadQueueBytes = 64 * 1024 * 1024

/** Approximate memory of a payload. Source: op-node */
export function payloadBytes({ transactions }: Payload): number {
  return transactions.reduce((sum, { length }) => sum + length + 24, 1_000)
}

/**
 * Adds a block. A full queue drops the highest block, which is needed last. The log of gossip on the bus still has that
 * block.
 */
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

/**
 * Drops blocks that cannot become the unsafe head: blocks that are not above the head, and blocks just above the head
 * with another parent.
 */
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

/** Removes a block. */
export function dropPayload(queue: PayloadQueue, payload: Payload): PayloadQueue {
  const payloads = queue.payloads.filter(({ blockHash }) => blockHash !== payload.blockHash)
  if (payloads.length === queue.payloads.length) return queue
  return { ...queue, payloads, bytes: queue.bytes - payloadBytes(payload) }
}
