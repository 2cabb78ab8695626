import { join } from 'node:path'
import { decodeBlob } from '#protocol/channel/blob.ts'
import { decodeFrames } from '#protocol/channel/frame.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { L1Log } from '#protocol/block/l1-block.ts'
import { fromHex, toAddress } from '#protocol/codec/hex.ts'
import {
  scanInboxTransaction,
  type ScannedInboxTransaction,
} from '#protocol/inbox/inbox-transaction.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { recoverSigner } from '#runtime/crypto/secp256k1.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL1, type RecordedL1 } from '#records/folder/read-l1.ts'
import { readL2 } from '#records/folder/read-l2.ts'
import { findFile, requireFile } from '#records/folder/read-lines.ts'
import { readJsonFile } from '#runtime/json-file.ts'
import { deriveWithAtoll } from './atoll-side.ts'
import { buildCase } from './build-case.ts'
import type { Draft, DraftL1, Item, KnownBlock, Post, RollupJson } from './draft.ts'
import { replacementOf } from './sign-post.ts'

/** Reads a record as a case without mutations. The batchers are replaced by addresses whose private keys we have. */
export async function readRecord(folder: string, record: string): Promise<Draft> {
  const path = join(folder, record)
  const rollup = (await readJsonFile(requireFile(path, 'rollup.json'))) as RollupJson
  const config = await readRollupConfig(path)
  const scan = { inbox: config.batchInboxAddress, l1ChainId: config.l1ChainId, recoverSigner }
  const blocks: DraftL1[] = []
  for await (const recorded of readL1(path))
    blocks.push(toDraft(recorded, (raw) => scanInboxTransaction(raw, scan)))
  const hashes = new Map<bigint, Hash>()
  for await (const { block } of readL2(path, config)) hashes.set(block.number, block.blockHash)
  const depset = findFile(path, 'depset.json')
  const draft = withOwnKeys({
    record,
    rollup,
    l1Chain: await readJsonFile(requireFile(path, 'l1-chain-config.json')),
    dependencySet: depset === undefined ? undefined : await readJsonFile(depset),
    blocks,
    known: new Map<bigint, KnownBlock>(),
    hashes: 'by-number',
    refuseBelow: 0,
    reorgs: [],
    notes: [],
  })
  return { ...draft, known: digestsOf(draft, hashes) }
}

/**
 * Derives the record once, to get a digest of the attributes of each block. By the digest, the stand-in engine
 * recognises a block of the record.
 */
function digestsOf(
  draft: Draft,
  hashes: ReadonlyMap<bigint, Hash>,
): ReadonlyMap<bigint, KnownBlock> {
  const known = new Map<bigint, KnownBlock>()
  for (const [number, hash] of hashes) known.set(number, { hash, digest: hash })
  const onDerived = (number: bigint, digest: Hash) => {
    const hash = hashes.get(number)
    if (hash !== undefined) known.set(number, { hash, digest })
  }
  deriveWithAtoll(buildCase({ ...draft, known }), { onDerived })
  return known
}

type Scan = (raw: Uint8Array) => ScannedInboxTransaction | undefined

function toDraft({ block, receipts, blobs }: RecordedL1, scan: Scan): DraftL1 {
  const posts: Post[] = []
  for (const { raw } of block.transactions) {
    const scanned = scan(raw)
    if (scanned !== undefined) posts.push(toPost(scanned, blobs))
  }
  return {
    hash: block.hash,
    header: block.header,
    receipts: receipts
      .map(({ isSuccess, logs }) => ({ isSuccess, logs }))
      .filter(({ logs }) => logs.length > 0),
    posts,
  }
}

function toPost(
  { type, sender, data, versionedHashes }: ScannedInboxTransaction,
  blobs: ReadonlyMap<Hash, Uint8Array>,
): Post {
  const items =
    type === 3
      ? versionedHashes.flatMap((hash) => toBlobItem(blobs.get(hash)) ?? [])
      : [toItem(data)]
  return { sender, type, flaw: undefined, items }
}

function toBlobItem(blob: Uint8Array | undefined): Item | undefined {
  if (blob === undefined) return undefined
  const data = decoded(() => decodeBlob(blob))
  return data === undefined ? { kind: 'blob', bytes: blob } : toItem(data)
}

function toItem(bytes: Uint8Array): Item {
  const frames = decoded(() => decodeFrames(bytes))
  return frames === undefined ? { kind: 'data', bytes } : { kind: 'frames', frames }
}

/** The decoded value; undefined if decoding throws a `DecodeError`. */
export function decoded<Value>(decode: () => Value): Value | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

function withOwnKeys(draft: Draft): Draft {
  const { genesis } = draft.rollup
  const batcherAddr = replacementOf(genesis.system_config.batcherAddr)
  const rollup: RollupJson = {
    ...draft.rollup,
    genesis: { ...genesis, system_config: { ...genesis.system_config, batcherAddr } },
  }
  const systemConfig = rollup.l1_system_config_address
  const blocks = draft.blocks.map((block) => ({
    ...block,
    posts: block.posts.map((post) => ({ ...post, sender: replacementOf(post.sender) })),
    receipts: block.receipts.map((receipt) => ({
      ...receipt,
      logs: receipt.logs.map((log) => (isOfBatcher(log, systemConfig) ? withOwnBatcher(log) : log)),
    })),
  }))
  return { ...draft, rollup, blocks }
}

/** Whether a log of the system config names a batcher. */
function isOfBatcher({ address, topics, data }: L1Log, systemConfig: Address): boolean {
  return address === systemConfig && BigInt(topics[2] ?? 1) === 0n && data.length === 96
}

function withOwnBatcher(log: L1Log): L1Log {
  const data = new Uint8Array(log.data)
  data.set(fromHex(replacementOf(toAddress(data.subarray(76)))), 76)
  return { ...log, data }
}
