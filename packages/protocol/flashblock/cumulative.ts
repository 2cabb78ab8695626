import type { Payload } from '#protocol/block/payload.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import type { Flashblock } from './flashblock.ts'
import { flashblockOf, prefixOf } from './proposal.ts'

/** What a whole block up to an index adds to the blocks of the same builder before it. */
export type CumulativeOutput =
  | { readonly kind: 'added'; readonly flashblock: Flashblock }
  /** The block is not longer than the newest one. */
  | { readonly kind: 'repeated' }
  /** The block does not go on from the newest one: its builder contradicts itself. */
  | { readonly kind: 'contradicted' }

/** What came before a message of op-rbuilder. */
export interface CumulativePlace {
  readonly payloadId: Bytes8
  /** The index that the message gets. */
  readonly index: number
  /** The newest block with this payload id; undefined for the first message. */
  readonly before: Payload | undefined
}

/**
 * Turns a message of op-rbuilder, which has the whole block so far, into a flashblock. These messages have no index. An
 * index is the number of messages before: if one is lost, the indices are not those of the builder.
 */
export function nextOfBlock(payload: Payload, place: CumulativePlace): CumulativeOutput {
  const { before } = place
  if (before !== undefined) {
    if (before.blockHash === payload.blockHash) return { kind: 'repeated' }
    if (!areSameFixedFields(before, payload)) return { kind: 'contradicted' }
    const [earlier, later] = [prefixOf(before), prefixOf(payload)]
    if (!isPrefix(later, earlier) && !isPrefix(earlier, later)) return { kind: 'contradicted' }
    if (later.length < earlier.length) return { kind: 'repeated' }
  }
  return { kind: 'added', flashblock: flashblockOf(payload, place) }
}

function isPrefix(prefix: readonly Uint8Array[], all: readonly Uint8Array[]): boolean {
  return prefix.every((raw, at) => {
    const other = all[at]
    return other !== undefined && areSameBytes(raw, other)
  })
}

/** Whether two blocks have the same fields that are fixed before the transactions. */
function areSameFixedFields(first: Payload, second: Payload): boolean {
  return (
    first.parentHash === second.parentHash &&
    first.number === second.number &&
    first.timestamp === second.timestamp &&
    first.feeRecipient === second.feeRecipient &&
    first.prevRandao === second.prevRandao &&
    first.gasLimit === second.gasLimit &&
    first.baseFeePerGas === second.baseFeePerGas &&
    first.parentBeaconBlockRoot === second.parentBeaconBlockRoot &&
    areSameBytes(first.extraData, second.extraData)
  )
}
