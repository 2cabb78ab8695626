import type { Payload } from '#protocol/block/payload.ts'
import type { Effect, State } from '#services/gossip/state.ts'

/** Limits on accepted blocks that the bus has not stored yet, for example while the NATS server is down. */
export const maxStoring = { blocks: 256, bytes: 64 * 2 ** 20 } as const

/**
 * Stores a block for the engine if there is room. Otherwise the block is not stored: the node derives it from L1 later.
 */
export function storeBlock(state: State, payload: Payload): readonly [State, readonly Effect[]] {
  const { blocks, bytes: before } = state.storing
  const bytes = before + sizeOf(payload)
  if (blocks >= maxStoring.blocks || bytes > maxStoring.bytes) return [state, []]
  const next = { ...state, storing: { blocks: blocks + 1, bytes } }
  return [next, [{ kind: 'store-block', payload, bytes: sizeOf(payload) }]]
}

/** Frees the room of a block that the bus has stored. */
export function blockStored(state: State, bytes: number): State {
  const { storing } = state
  return { ...state, storing: { blocks: storing.blocks - 1, bytes: storing.bytes - bytes } }
}

/** Approximate memory of a payload. Source: op-node */
function sizeOf({ transactions }: Payload): number {
  return transactions.reduce((sum, { length }) => sum + length + 24, 1_000)
}
