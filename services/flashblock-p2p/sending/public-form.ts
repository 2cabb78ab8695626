import type { StreamFlashblock } from '#json-rpc/forms/flashblock-json.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'

/**
 * A flashblock of the block `number` as the public stream has it. The metadata has no balances and no receipts, but
 * their maps are there: rollup-boost and other readers of its stream refuse a flashblock without them.
 *
 * Source: op-alloy, rpc-types-engine/src/flashblock/metadata.rs
 */
export function toPublicForm(flashblock: Flashblock, number: bigint): StreamFlashblock {
  return { ...flashblock, metadata: { number, newAccountBalances: new Map(), receipts: new Map() } }
}
