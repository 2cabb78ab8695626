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

/**
 * Turns the messages of op-rbuilder, each of which has the whole block so far, into flashblocks. These messages have no
 * index, so an index is the number of messages before: if one is lost, the indices are not those of the builder.
 */
export class CumulativeBlocks {
  readonly payloadId: Bytes8
  #newest: Payload | undefined
  #next = 0

  constructor(payloadId: Bytes8) {
    this.payloadId = payloadId
  }

  /** Adds the next message. */
  add(payload: Payload): CumulativeOutput {
    const before = this.#newest
    if (before !== undefined) {
      if (before.blockHash === payload.blockHash) return { kind: 'repeated' }
      if (!areSameFixedFields(before, payload)) return { kind: 'contradicted' }
      const [earlier, later] = [prefixOf(before), prefixOf(payload)]
      if (!isPrefix(later, earlier) && !isPrefix(earlier, later)) return { kind: 'contradicted' }
      if (later.length < earlier.length) return { kind: 'repeated' }
    }
    const { payloadId } = this
    const flashblock = flashblockOf(payload, { payloadId, index: this.#next, before })
    this.#newest = payload
    this.#next++
    return { kind: 'added', flashblock }
  }
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
