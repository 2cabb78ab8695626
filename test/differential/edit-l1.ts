import type { L1Log } from '#protocol/block/l1-block.ts'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toBytes32 } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import type { Random } from '#runtime/random.ts'
import type { Draft, DraftL1 } from './draft.ts'
import { editBytes } from './edit-bytes.ts'
import { stranger } from './edit-posts.ts'

const updateEvent = toBytes32(keccak256(Buffer.from('ConfigUpdate(uint256,uint8,bytes)')))
const depositEvent = toBytes32(
  keccak256(Buffer.from('TransactionDeposited(address,address,uint256,bytes)')),
)

/** Index of the first log that a mutation adds: higher than the log indices of all records. */
const firstOwnIndex = 10_000

/** Adds an update of the system config or a deposit to an L1 block, or changes one of its receipts. */
export function editL1(draft: Draft, random: Random): void {
  const at = random.between(1, Math.max(1, draft.blocks.length - 1))
  const block = draft.blocks[at]
  if (block === undefined) return
  const kind = random.next()
  if (kind < 0.45) addUpdate(draft, { random, at })
  else if (kind < 0.7) addDeposit(draft, { random, at })
  else if (block.receipts.length === 0) draft.notes.push('no receipt')
  else editReceipt(draft, { random, at })
}

interface At {
  readonly random: Random
  /** Index of the L1 block. */
  readonly at: number
}

function addUpdate(draft: Draft, { random, at }: At): void {
  const block = draft.blocks[at]
  if (block === undefined) return
  const type = random.pick([0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8])
  const content = contentOf(type, random)
  const topics = [updateEvent, word(0n), word(BigInt(type))]
  const log: L1Log = {
    address: draft.rollup.l1_system_config_address,
    topics,
    data: abiBytes(content),
    index: nextIndex(block),
  }
  const broken = random.chance(0.25)
  addLog(block, broken ? breakLog(log, random) : log)
  draft.notes.push(`config update ${type}${broken ? ' broken' : ''} in L1 ${at}`)
  if (type !== 0 || broken) return
  // In most cases the new batcher posts from this L1 block on.
  if (random.chance(0.7))
    for (const later of draft.blocks.slice(at))
      later.posts = later.posts.map((post) => ({ ...post, sender: stranger }))
}

/** The data of an update as the contract emits it, sometimes slightly wrong. */
function contentOf(type: number, random: Random): Uint8Array {
  const uint = (value: number | bigint) => toFixedBigEndian(BigInt(value), 32)
  const odd = random.chance(0.2)
  const small = random.between(0, 70_000)
  switch (type) {
    case 0:
      return Buffer.concat([new Uint8Array(12), fromHex(stranger)])
    case 1: {
      const scalar = uint(small)
      const version = random.pick([0, 1, 1, odd ? 2 : 0])
      scalar[0] = version
      if (version === 1) scalar.set(random.bytes(4), 24)
      if (odd) scalar.set(random.bytes(3), random.between(0, 20))
      return Buffer.concat([uint(small), scalar])
    }
    case 2:
      return uint(odd ? random.pick([2n ** 63n, 2n ** 64n, 0n, 1n]) : 20_000_000 + small)
    case 4: {
      const params = uint(0)
      params.set(toFixedBigEndian(BigInt(random.between(odd ? 0 : 1, 500)), 4), 24)
      params.set(toFixedBigEndian(BigInt(random.between(odd ? 0 : 1, 12)), 4), 28)
      if (random.chance(0.1)) params.fill(0)
      if (odd && random.chance(0.3)) params[random.between(0, 23)] = 1
      return params
    }
    case 5: {
      const params = uint(0)
      params.set(random.bytes(12), 20)
      if (odd) params[random.between(0, 19)] = 1
      return params
    }
    case 6:
    case 7:
      return uint(odd ? random.pick([2n ** 64n - 1n, 2n ** 64n, 65_536n, 0n]) : small & 0xffff)
    default:
      return uint(small)
  }
}

function addDeposit(draft: Draft, { random, at }: At): void {
  const block = draft.blocks[at]
  if (block === undefined) return
  const data = random.bytes(random.between(0, 80))
  const isCreation = random.pick([0, 0, 1, 2])
  const mint = random.chance(0.5) ? new Uint8Array(32) : random.bytes(32)
  const head = [mint, random.bytes(32), random.bytes(8), Uint8Array.of(isCreation)]
  const log: L1Log = {
    address: draft.rollup.deposit_contract_address,
    topics: [depositEvent, toBytes32(random.bytes(32)), toBytes32(random.bytes(32)), word(0n)],
    data: abiBytes(Buffer.concat([...head, data])),
    index: nextIndex(block),
  }
  // A deposit that does not parse ends derivation.
  const broken = random.chance(0.06)
  addLog(block, broken ? breakLog(log, random) : log)
  draft.notes.push(`deposit${broken ? ' broken' : ''} in L1 ${at}`)
}

function editReceipt(draft: Draft, { random, at }: At): void {
  const block = draft.blocks[at]
  const index = random.between(0, (block?.receipts.length ?? 1) - 1)
  const receipt = block?.receipts[index]
  if (block === undefined || receipt === undefined) return
  const [note, changed] = random.pick<readonly [string, typeof block.receipts]>([
    ['failed', block.receipts.with(index, { ...receipt, isSuccess: false })],
    ['dropped', block.receipts.toSpliced(index, 1)],
    ['repeated', [...block.receipts, receipt]],
    [
      'logs in reverse order',
      block.receipts.with(index, { ...receipt, logs: receipt.logs.toReversed() }),
    ],
    [
      'opaque data',
      block.receipts.with(index, {
        ...receipt,
        logs: receipt.logs.map((log) => ({ ...log, data: editOpaque(log.data, random) })),
      }),
    ],
  ])
  block.receipts = changed
  draft.notes.push(`receipt ${note} in L1 ${at}/${index}`)
}

/** Flips a bit of the data. The offset and the length before the data stay valid. */
function editOpaque(data: Uint8Array, random: Random): Uint8Array {
  if (data.length <= 64) return data
  const copy = new Uint8Array(data)
  const at = random.between(64, data.length - 1)
  copy[at] = (copy[at] ?? 0) ^ (1 << random.between(0, 7))
  return copy
}

function breakLog(log: L1Log, random: Random): L1Log {
  switch (random.between(0, 4)) {
    case 0:
      return { ...log, topics: log.topics.slice(0, random.between(1, 2)) }
    case 1:
      return { ...log, topics: [...log.topics.slice(0, -1), word(1n)] }
    case 2:
      return { ...log, topics: [...log.topics, word(0n)].slice(0, 4) }
    case 3: {
      // These bytes belong to the offset or the length.
      const data = new Uint8Array(log.data)
      data[random.pick([0, 23, 24, 31, 63, 62])] = random.between(0, 255)
      return { ...log, data }
    }
    default:
      return { ...log, data: editBytes(log.data, random) }
  }
}

function addLog(block: DraftL1, log: L1Log): void {
  block.receipts = [...block.receipts, { isSuccess: true, logs: [log] }]
}

function nextIndex({ receipts }: DraftL1): number {
  return firstOwnIndex + receipts.length
}

function abiBytes(content: Uint8Array): Uint8Array {
  const padding = new Uint8Array((32 - (content.length % 32)) % 32)
  const length = toFixedBigEndian(BigInt(content.length), 32)
  return Buffer.concat([toFixedBigEndian(32n, 32), length, content, padding])
}

function word(value: bigint): Bytes32 {
  return toBytes32(toFixedBigEndian(value, 32))
}
