import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import { isFault } from '#runtime/fault.ts'
import type { BlockCall, Effect, Event, Result, State } from '#services/da-watcher/state.ts'
import { withFailure, withoutFailure } from '#services/da-watcher/waits.ts'
import { hashAt, upTo, withHash } from './canonical.ts'
import { responseTo } from './response.ts'

/** Fetches a requested block, from the cache if the cache has it. */
export function fetchFor(
  { canonical: known }: State,
  { call, request, requestedAtMs }: BlockCall,
): Effect {
  const { block } = request
  const canonical = block.kind === 'number' ? hashAt(known, block.number) : undefined
  const lookup = { kind: 'cache-first', canonical } as const
  return { kind: 'fetch-block', call, request, requestedAtMs, lookup }
}

/** Answers a request. If the block has another parent than requested, first asks endpoints for the canonical block. */
export function blockFetched(
  before: State,
  { block, lookup, nowMs, ...event }: Extract<Event, { kind: 'block-fetched' }>,
): Result {
  const { call, request, requestedAtMs } = event
  const { parentHash } = request
  const finalized = before.heads?.finalized?.number ?? -1n
  const hasOtherParent = parentHash !== undefined && block?.parentHash !== parentHash
  const isNumbered = request.block.kind === 'number' && block !== undefined
  if (isNumbered && hasOtherParent && lookup.kind === 'cache-first') {
    const next = { ...before, canonical: upTo(before.canonical, finalized) }
    const again = { kind: 'endpoints-only' } as const
    return [next, { kind: 'fetch-block', call, request, requestedAtMs, lookup: again }]
  }
  const canonical = isNumbered ? withHash(before.canonical, block) : before.canonical
  const state = withoutFailure({ ...before, canonical }, 'block', { about: nameOf(request), nowMs })
  const response = responseTo(request, block, state.options.config)
  const answer: Effect = isFault(response)
    ? { kind: 'refuse', call, request, requestedAtMs, fault: response }
    : { kind: 'answer', call, request, requestedAtMs, response }
  if (!isNumbered || block.number > finalized) return [state, answer]
  const { hash, number } = block
  return [state, answer, { kind: 'mark-final', block: { hash, number } }]
}

/** Refuses a request. The caller repeats the request. */
export function blockFailed(
  state: State,
  { call, request, requestedAtMs, fault, failure, nowMs }: Extract<Event, { kind: 'block-failed' }>,
): Result {
  const refuse: Effect = { kind: 'refuse', call, request, requestedAtMs, fault }
  if (failure === undefined) return [state, refuse]
  const about = nameOf(request)
  const [next, ...effects] = withFailure(state, {
    topic: 'block',
    about,
    failure,
    nowMs,
    startedMs: requestedAtMs,
  })
  return [next, ...effects, refuse]
}

function nameOf({ block }: FetchL1BlockRequest): string {
  return block.kind === 'hash' ? block.hash : String(block.number)
}
