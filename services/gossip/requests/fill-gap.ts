import type { Payload } from '#protocol/block/payload.ts'
import type { Hash } from '#protocol/primitives.ts'
import { storeBlock } from '#services/gossip/blocks/store-block.ts'
import type { Effect, Event, Result, State } from '#services/gossip/state.ts'

/**
 * Accepted blocks above the unsafe head, by number. The missing blocks below the lowest accepted block are fetched by
 * hash.
 */
export type AboveHead = ReadonlyMap<bigint, { readonly hash: Hash; readonly parentHash: Hash }>

/** Requests to peers for the missing blocks between the unsafe head and the lowest accepted block above the head. */
export interface Fetching {
  readonly isRunning: boolean
  /** Time at which the next request may begin after a failed request. */
  readonly nextMs: number
  /** Number of failed requests. It determines which peer is asked next. */
  readonly turn: number
}

/** No requests. */
export const notFetching: Fetching = { isRunning: false, nextMs: 0, turn: 0 }

/**
 * Limit on the number of remembered blocks above the head, and on the length of a gap that is filled. The engine queues
 * the same number of blocks.
 */
export const maxGap = 512

/** If the unsafe head is older than this, the gap above it is not filled: L1 has those blocks. As in op-node. */
const maxAgeMs = 12 * 3_600_000

/** Remembers a block above the head. Beyond the limit, the highest block is forgotten. */
export function withAbove(
  { above, options, unsafe }: Pick<State, 'above' | 'options' | 'unsafe'>,
  { number, blockHash: hash, parentHash }: Payload,
): AboveHead {
  if (!options.fetches || (unsafe !== undefined && number <= unsafe.number)) return above
  const next = new Map(above).set(number, { hash, parentHash })
  if (next.size > maxGap) next.delete(maxOf(next.keys()))
  return next
}

/** Forgets blocks that are not above the head any more. */
export function pruneAbove(above: AboveHead, unsafe: bigint): AboveHead {
  const left = [...above].filter(([number]) => number > unsafe)
  return left.length === above.size ? above : new Map(left)
}

/** Asks a peer for the parent of the lowest accepted block above the head. */
export function fillGap(state: State, nowMs: number): readonly [State, readonly Effect[]] {
  const { above, fetching, options, peers, unsafe } = state
  if (!options.fetches || fetching.isRunning || nowMs < fetching.nextMs) return [state, []]
  if (unsafe === undefined || nowMs - Number(unsafe.timestamp) * 1_000 > maxAgeMs)
    return [state, []]
  const lowest = minOf(above.keys())
  const block = lowest === undefined ? undefined : above.get(lowest)
  if (lowest === undefined || block === undefined) return [state, []]
  const missing = lowest - unsafe.number - 1n
  if (missing <= 0n || missing > maxGap) return [state, []]
  const servers = peers.filter(({ servesPayloads }) => servesPayloads)
  const server = servers[fetching.turn % servers.length]
  if (server === undefined) return [state, []]
  const wanted = { number: lowest - 1n, hash: block.parentHash }
  const next = { ...state, fetching: { ...fetching, isRunning: true } }
  return [next, [{ kind: 'fetch-payload', id: server.id, wanted }]]
}

/**
 * Stores a block that a peer sent, and asks for the next block. If the peer did not send the block, asks another peer
 * later.
 */
export function payloadFetched(
  state: State,
  { id, answer, nowMs }: Extract<Event, { kind: 'payload-fetched' }>,
): Result {
  const { blockTime } = state.options.config
  const laterMs = nowMs + 2 * Number(blockTime) * 1_000
  if (answer.kind === 'payload') {
    const { payload } = answer
    const [stored, effects] = storeBlock(state, payload)
    const isStored = effects.length > 0
    const above = isStored ? withAbove(stored, payload) : stored.above
    // A block for which there was no room is fetched again later.
    const nextMs = isStored ? state.fetching.nextMs : laterMs
    const fetching = { ...state.fetching, isRunning: false, nextMs }
    const [next, more] = fillGap({ ...stored, above, fetching }, nowMs)
    return [next, { kind: 'score', id, deed: 'valid-response' }, ...effects, ...more]
  }
  const fetching = {
    isRunning: false,
    nextMs: laterMs,
    turn: state.fetching.turn + 1,
  }
  // A peer that does not have the block loses no score.
  const costs = answer.kind === 'failed' || answer.kind === 'broken'
  const effects: readonly Effect[] = costs ? [{ kind: 'score', id, deed: 'failed-response' }] : []
  return [{ ...state, fetching }, ...effects]
}

function minOf(numbers: Iterable<bigint>): bigint | undefined {
  let lowest: bigint | undefined
  for (const number of numbers) if (lowest === undefined || number < lowest) lowest = number
  return lowest
}

function maxOf(numbers: Iterable<bigint>): bigint {
  let highest = 0n
  for (const number of numbers) if (number > highest) highest = number
  return highest
}
