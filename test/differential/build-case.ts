import { maxBlobDataBytes } from '#protocol/channel/blob.ts'
import { parseDependencySet } from '#protocol/chains/dependency-set.ts'
import { parseL1BlobSchedule } from '#protocol/chains/l1-blob-schedules.ts'
import { parseRollupConfig } from '#protocol/chains/parse-rollup-config.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Hash } from '#protocol/primitives.ts'
import { encodeBlob } from '#devnet/batcher/encode/blob.ts'
import { encodeFrames } from '#devnet/batcher/encode/frames.ts'
import type { Draft, DraftL1, Item, Post } from './draft.ts'
import { signPost } from './sign-post.ts'

/** A case: a rollup config and L1 data. Atoll's pipeline and op-node's pipeline both derive from the case. */
export interface Case extends Omit<Draft, 'blocks'> {
  readonly config: RollupConfig
  readonly blocks: readonly CaseL1[]
}

/** An L1 block. */
export interface CaseL1 extends Pick<DraftL1, 'hash' | 'header' | 'receipts'> {
  readonly transactions: readonly Uint8Array[]
  /** Blobs by versioned hash, without trailing zeros. */
  readonly blobs: ReadonlyMap<Hash, Uint8Array>
}

/** Signs and encodes a draft. @throws RollupConfigError if no node would accept the config */
export function buildCase(draft: Draft): Case {
  const { rollup, l1Chain, dependencySet } = draft
  const config = parseRollupConfig(rollup, {
    l1BlobSchedule: parseL1BlobSchedule(l1Chain),
    dependencySet: dependencySet === undefined ? undefined : parseDependencySet(dependencySet),
  })
  return {
    ...draft,
    config,
    blocks: draft.blocks.map((block) => buildL1(block, config)),
  }
}

function buildL1({ hash, header, receipts, posts }: DraftL1, config: RollupConfig): CaseL1 {
  const blobs = new Map<Hash, Uint8Array>()
  const transactions = posts.map((post) => {
    const isBlobs = post.type === 3
    const versionedHashes = isBlobs ? post.items.map((item) => addBlob(blobs, item)) : []
    return signPost({
      sender: post.sender,
      type: post.type,
      flaw: post.flaw,
      data: isBlobs ? new Uint8Array(0) : calldataOf(post),
      versionedHashes,
      inbox: config.batchInboxAddress,
      l1ChainId: config.l1ChainId,
    })
  })
  return { hash, header, receipts, transactions, blobs }
}

function calldataOf({ items: [item] }: Post): Uint8Array {
  return item === undefined ? new Uint8Array(0) : dataOf(item)
}

/** The data of an item; for a whole blob, its bytes. */
export function dataOf(item: Item): Uint8Array {
  return item.kind === 'frames' ? encodeFrames(item.frames) : item.bytes
}

function addBlob(blobs: Map<Hash, Uint8Array>, item: Item): Hash {
  const blob =
    item.kind === 'blob' ? item.bytes : encodeBlob(dataOf(item).subarray(0, maxBlobDataBytes))
  let length = blob.length
  while (length > 0 && blob[length - 1] === 0) length--
  const trimmed = blob.subarray(0, length)
  const digest = keccak256(trimmed)
  // Neither side checks versioned hashes against KZG commitments, so a hash of the data is used. The first byte of the
  // hash is the version.
  digest[0] = 1
  const hash = toHash(digest)
  blobs.set(hash, trimmed)
  return hash
}
