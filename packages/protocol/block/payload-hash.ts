import { toBytes8, toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { emptyTrieRoot, orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import { emptyOmmersHash, hashHeader, noRequestsHash } from './header.ts'
import type { Payload } from './payload.ts'

/**
 * Computes the block hash that a payload should have. The optional fields that the payload has decide which fork fields
 * the header has.
 * Spec: execution-apis, ExecutionPayloadV3; protocol/isthmus/exec-engine.md#block-body-withdrawals-list
 */
export function hashPayload(payload: Payload): Hash {
  const { withdrawals, withdrawalsRoot } = payload
  return hashHeader({
    ...payload,
    ommersHash: emptyOmmersHash,
    beneficiary: payload.feeRecipient,
    transactionsRoot: toHash(orderedTrieRoot(payload.transactions)),
    difficulty: 0n,
    nonce: toBytes8(new Uint8Array(8)),
    withdrawalsRoot: withdrawalsRoot ?? (withdrawals && toHash(emptyTrieRoot)),
    requestsHash: withdrawalsRoot === undefined ? undefined : noRequestsHash,
  })
}
