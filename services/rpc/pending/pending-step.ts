import type { L2BlockRef } from '#protocol/block/refs.ts'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { joined } from '#protocol/codec/joined.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { type Flashblock, hasRoots } from '#protocol/flashblock/flashblock.ts'
import {
  addFlashblock,
  continueAt,
  emptyOverlay,
  followCanonical,
  nameBlock,
  type Overlay,
  type OverlayFlashblock,
} from '#protocol/flashblock/overlay.ts'
import type { Hash } from '#protocol/primitives.ts'
import {
  type ArrivedFlashblock,
  type PendingEffect,
  type PendingEvent,
  type PendingState,
  type PrefixNews,
  shownPrefixes,
} from './pending-state.ts'

/** The next state, and its effects in order. */
type Result = readonly [PendingState, ...(readonly PendingEffect[])]

/** Decides what an event does to the pending block. */
export function pendingStep(pending: PendingState, event: PendingEvent): Result {
  switch (event.kind) {
    case 'flashblock-arrived':
      return flashblockArrived(pending, event.arrived, event.atMs)
    case 'prefix-found':
      return prefixNamed(pending, event)
  }
}

/**
 * The execution client knows a prefix. If the builder of the prefix computes no hashes, the block hash now replaces the
 * placeholder of the prefix.
 */
function prefixNamed(
  pending: PendingState,
  { flashblock, hash }: Extract<PendingEvent, { kind: 'prefix-found' }>,
): Result {
  const { executed, overlay, unnamed } = pending
  const key = flashblock && keyOf(flashblock)
  const from = key === undefined ? undefined : unnamed.get(key)
  if (overlay === undefined || from === undefined) return prefixFound(pending, hash)
  const rest = new Map([...unnamed].filter(([each]) => each !== key))
  const renamed = nameBlock(overlay, { from, to: hash })
  const next = withOverlay({ ...pending, unnamed: rest }, renamed)
  // A flashblock without new transactions has the same block hash as the flashblock before it, so this hash may already
  // be in `executed`.
  return announce({ ...next, executed: new Set([...executed, hash]) })
}

const keyOf = ({ index, payloadId }: Pick<Flashblock, 'index' | 'payloadId'>) =>
  `${payloadId} ${index}`

/** Stands for the hash of a block until the execution client has computed it. */
function placeholderOf({ diff, index, payloadId }: Flashblock): Hash {
  const place = [fromHex(payloadId), toFixedBigEndian(BigInt(index), 8), fromHex(diff.receiptsRoot)]
  const transactions = diff.transactions.map((raw) => keccak256(raw))
  return toHash(keccak256(joined([...place, ...transactions])))
}

/** Moves the pending block onto a new canonical head. */
export function followHead(pending: PendingState, { hash, number }: L2BlockRef): Result {
  const { overlay } = pending
  if (overlay === undefined)
    return shown({ ...pending, overlay: emptyOverlay({ number, hash, transactions: [] }) })
  if (overlay.canonical.hash === hash) return [pending]
  const flashblocks = overlay.blocks.find((block) => block.number === number)
  const isSame = flashblocks?.blockHash === hash
  // A canonical block has been executed. So if its hash is that of its flashblocks, the flashblocks that were not
  // announced yet are announced now, although the block is canonical already.
  const [executed, ...effects] = isSame ? prefixFound(pending, hash) : ([pending] as Result)
  // If the canonical block differs from its flashblocks, the effect `compare-block` later finds which transactions of
  // the flashblocks the block lacks. That comparison needs the transactions of the block, which are not known here.
  const promised = flashblocks?.transactions ?? []
  const followed = followCanonical(overlay, { number, hash, transactions: promised })
  const kept = followed.kind === 'reorg' ? { ...executed, announced: undefined } : executed
  const [next, ...last] = shown(withOverlay(kept, followed.overlay))
  const begun = followed.overlay.blocks.filter((block) => !overlay.blocks.includes(block))
  return [
    next,
    ...effects,
    ...begun.flatMap(({ blockHash }) => search(next, blockHash)),
    ...(promised.length > 0 && !isSame
      ? [{ kind: 'compare-block', block: { number, hash, promised } } as const]
      : []),
    ...last,
  ]
}

function flashblockArrived(
  pending: PendingState,
  arrived: ArrivedFlashblock,
  atMs: number,
): Result {
  const { epoch, flashblock, number } = arrived
  const { newestEpoch, overlay } = pending
  if (overlay === undefined) return [pending, { kind: 'count-flashblock', outcome: 'ignored' }]
  if (epoch !== 0n && epoch < newestEpoch.epoch && number <= newestEpoch.number)
    return [pending, { kind: 'count-flashblock', outcome: 'stale-epoch' }]
  const isTakeover = epoch > newestEpoch.epoch
  const next = toOverlayFlashblock(arrived)
  const base = isTakeover ? continueAt(overlay, next) : overlay
  const [added, outcome] = addFlashblock(base, next)
  const counted: PendingEffect = { kind: 'count-flashblock', outcome }
  if (added === overlay) return [pending, counted]
  const { blockHash } = next
  const unnamed = hasRoots(flashblock.diff)
    ? pending.unnamed
    : new Map([...pending.unnamed, [keyOf(flashblock), blockHash] as const])
  const epochs = newerEpoch(newestEpoch, arrived)
  const moved = withOverlay({ ...pending, unnamed, newestEpoch: epochs }, added)
  if (outcome !== 'applied') {
    const [state, ...effects] = shown(moved)
    return [state, counted, ...effects]
  }
  const applied = { ...moved, arrivedMs: atMs }
  // A flashblock without new transactions has the same block hash as the flashblock before it.
  if (applied.executed.has(blockHash)) {
    const [state, ...effects] = announce(applied)
    return [state, counted, ...effects]
  }
  const [state, ...effects] = shown(applied)
  return [state, counted, ...effects, ...search(state, blockHash)]
}

function prefixFound(pending: PendingState, hash: Hash): Result {
  const { executed, overlay } = pending
  const isInOverlay = overlay?.blocks.some(({ hashes }) => hashes.includes(hash))
  if (isInOverlay !== true || executed.has(hash)) return [pending]
  return announce({ ...pending, executed: new Set([...executed, hash]) })
}

/** Shows the pending block, and announces what is new in it. */
function announce(pending: PendingState): Result {
  const news = newsOf(pending)
  const newest = news.at(-1)?.prefix
  if (newest === undefined) return [pending]
  const { number, index, hash } = newest
  const [next, ...effects] = shown({ ...pending, announced: { number, index, hash } })
  return [next, ...effects, { kind: 'announce-prefixes', news }]
}

/** The prefixes that subscribers have not seen, oldest first. */
function newsOf(pending: PendingState): readonly PrefixNews[] {
  const { announced, overlay } = pending
  return shownPrefixes(pending).flatMap((prefix): readonly PrefixNews[] => {
    if (announced === undefined) return [{ prefix, from: 0 }]
    if (prefix.number < announced.number) return []
    const block = overlay?.blocks.find(({ number }) => number === announced.number)
    // If the block no longer contains the prefix that was announced last, it was begun again, so it is announced from
    // its first transaction.
    const goesOn = block?.hashes[announced.index] === announced.hash
    if (prefix.number > announced.number || !goesOn) return [{ prefix, from: 0 }]
    const from = block.counts[announced.index] ?? 0
    return prefix.index > announced.index ? [{ prefix, from }] : []
  })
}

/** A state with another overlay. Of the executed and the unnamed prefixes, it keeps those of the overlay. */
function withOverlay(pending: PendingState, overlay: Overlay): PendingState {
  const hashes = new Set(overlay.blocks.flatMap((block) => block.hashes))
  const executed = new Set([...pending.executed].filter((hash) => hashes.has(hash)))
  const early = new Set(overlay.early.map(({ blockHash }) => blockHash))
  const isLeft = (hash: Hash) => hashes.has(hash) || early.has(hash)
  const unnamed = new Map([...pending.unnamed].filter(([, hash]) => isLeft(hash)))
  return { ...pending, overlay, executed, unnamed }
}

function newerEpoch(
  newest: PendingState['newestEpoch'],
  { epoch, number }: ArrivedFlashblock,
): PendingState['newestEpoch'] {
  if (epoch < newest.epoch) return newest
  const isHigher = epoch > newest.epoch || number > newest.number
  return isHigher ? { epoch, number } : newest
}

function toOverlayFlashblock({ flashblock, number }: ArrivedFlashblock): OverlayFlashblock {
  const { base, diff, index } = flashblock
  return {
    number,
    index,
    parentHash: base?.parentHash,
    blockHash: hasRoots(diff) ? diff.blockHash : placeholderOf(flashblock),
    transactions: diff.transactions.map((raw) => toHash(keccak256(raw))),
  }
}

/**
 * Asks the execution client for a prefix. A placeholder is not searched for: the execution client does not know it, and
 * the engine reports the hash later.
 */
function search({ unnamed }: PendingState, hash: Hash): readonly PendingEffect[] {
  return [...unnamed.values()].includes(hash) ? [] : [{ kind: 'find-prefix', hash }]
}

function shown(pending: PendingState): Result {
  return [pending, { kind: 'show-pending', pending }]
}
