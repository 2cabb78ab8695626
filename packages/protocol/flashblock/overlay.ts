import type { Hash } from '#protocol/primitives.ts'

/** What the overlay has to know of a flashblock. */
export interface OverlayFlashblock {
  readonly number: bigint
  readonly index: number
  /** Known at index 0 only. */
  readonly parentHash: Hash | undefined
  readonly blockHash: Hash
  /** Hashes of the transactions that this index adds. */
  readonly transactions: readonly Hash[]
}

/** A block that is not canonical yet, put together from its flashblocks. */
export interface PendingBlock {
  readonly number: bigint
  readonly parentHash: Hash
  /** Newest index. */
  readonly index: number
  /** Hash of the block up to the newest index. */
  readonly blockHash: Hash
  /** Block hash of each index. */
  readonly hashes: readonly Hash[]
  /** Hashes of all transactions up to the newest index. */
  readonly transactions: readonly Hash[]
  /** Number of transactions up to each index. */
  readonly counts: readonly number[]
}

/** A block of the canonical chain. */
export interface CanonicalBlock {
  readonly number: bigint
  readonly hash: Hash
  readonly transactions: readonly Hash[]
}

/** The blocks on top of the canonical head that `pending` shows, oldest first. */
export interface Overlay {
  readonly canonical: Pick<CanonicalBlock, 'number' | 'hash'>
  readonly blocks: readonly PendingBlock[]
  /** Flashblocks of blocks whose parent is not known yet, each block from index 0 on. */
  readonly early: readonly OverlayFlashblock[]
}

/** What happened to the overlay. */
export type OverlayOutcome =
  | 'applied'
  /** The overlay has this flashblock. */
  | 'repeated'
  /** An index is missing: the overlay is empty until the next block begins. */
  | 'cleared-gap'
  /** The flashblock belongs to another chain of blocks. */
  | 'cleared-other-block'
  /** Kept until its parent is known. */
  | 'kept-early'
  /** There is no block that it could go on. */
  | 'ignored'

/** How far ahead of the canonical head a first flashblock is kept. Source: base, flashblocks crate */
export const maxBlocksAhead = 5n

/** Limit on the flashblocks of a block that are kept until their parent is known. */
export const maxEarlyIndices = 32

/** Maximum number of blocks in the overlay. More are a sign that the execution client does not follow. */
export const maxOverlayBlocks = 8

/** An overlay without blocks on a canonical head. */
export function emptyOverlay({ number, hash }: CanonicalBlock): Overlay {
  return { canonical: { number, hash }, blocks: [], early: [] }
}

/** Adds a flashblock. Source: base/base, crates/execution/flashblocks */
export function addFlashblock(
  overlay: Overlay,
  flashblock: OverlayFlashblock,
): readonly [Overlay, OverlayOutcome] {
  const { index, number } = flashblock
  const newest = overlay.blocks.at(-1)
  if (newest !== undefined && number === newest.number) return extend(overlay, newest, flashblock)
  const within = overlay.blocks.find((block) => block.number === number)
  if (within?.hashes[index] === flashblock.blockHash) return [overlay, 'repeated']
  if (number <= overlay.canonical.number) return [overlay, 'ignored']
  const waiting = overlay.early.filter((early) => early.number === number)
  if (index > 0 && waiting.length > 0) return wait(overlay, waiting, flashblock)
  if (index > 0) return newest === undefined ? [overlay, 'ignored'] : cleared(overlay)
  return begin(overlay, flashblock)
}

/** A flashblock of the newest block. */
function extend(
  overlay: Overlay,
  newest: PendingBlock,
  flashblock: OverlayFlashblock,
): readonly [Overlay, OverlayOutcome] {
  const { blockHash, index } = flashblock
  if (newest.hashes[index] === blockHash) return [overlay, 'repeated']
  if (index === newest.index + 1) {
    const hashes = [...newest.hashes, blockHash]
    const transactions = [...newest.transactions, ...flashblock.transactions]
    const counts = [...newest.counts, transactions.length]
    const block = { ...newest, index, blockHash, hashes, transactions, counts }
    return [{ ...overlay, blocks: [...overlay.blocks.slice(0, -1), block] }, 'applied']
  }
  if (index > newest.index) return [{ ...overlay, blocks: [] }, 'cleared-gap']
  // The same block begins again with other contents: a new builder did not continue it.
  if (index === 0) return begin({ ...overlay, blocks: overlay.blocks.slice(0, -1) }, flashblock)
  return cleared(overlay)
}

/** A first flashblock. */
function begin(
  overlay: Overlay,
  flashblock: OverlayFlashblock,
): readonly [Overlay, OverlayOutcome] {
  const { blockHash, number, parentHash, transactions } = flashblock
  if (parentHash === undefined) return [overlay, 'ignored']
  const { canonical } = overlay
  const below = overlay.blocks.at(-1) ?? { number: canonical.number, blockHash: canonical.hash }
  if (number === below.number + 1n && parentHash === below.blockHash) {
    if (overlay.blocks.length >= maxOverlayBlocks) return cleared(overlay)
    const [hashes, counts] = [[blockHash], [transactions.length]]
    const block = { number, parentHash, index: 0, blockHash, hashes, transactions, counts }
    return [{ ...overlay, blocks: [...overlay.blocks, block] }, 'applied']
  }
  if (number === canonical.number + 1n && parentHash === canonical.hash)
    return begin({ ...overlay, blocks: [] }, flashblock)
  if (number > canonical.number + maxBlocksAhead) return [overlay, 'ignored']
  const others = overlay.early.filter((early) => early.number !== number)
  return [{ ...overlay, early: [...others, flashblock] }, 'kept-early']
}

/** A further flashblock of a block whose parent is not known yet. */
function wait(
  overlay: Overlay,
  waiting: readonly OverlayFlashblock[],
  flashblock: OverlayFlashblock,
): readonly [Overlay, OverlayOutcome] {
  const { blockHash, index } = flashblock
  if (waiting[index]?.blockHash === blockHash) return [overlay, 'repeated']
  if (index !== waiting.length || index >= maxEarlyIndices) return [overlay, 'ignored']
  return [{ ...overlay, early: [...overlay.early, flashblock] }, 'kept-early']
}

function cleared(overlay: Overlay): readonly [Overlay, OverlayOutcome] {
  return [{ ...overlay, blocks: [] }, 'cleared-other-block']
}

/**
 * Drops the flashblocks of the newest block from an index on, because a newer builder has continued the block with
 * another flashblock at this index. Index 0 needs no such step: it begins the block again.
 */
export function continueAt(
  overlay: Overlay,
  { blockHash, index, number }: OverlayFlashblock,
): Overlay {
  const newest = overlay.blocks.at(-1)
  const isOther = newest?.hashes[index] !== undefined && newest.hashes[index] !== blockHash
  const kept = newest?.hashes[index - 1]
  if (newest?.number !== number || !isOther || kept === undefined) return overlay
  const block: PendingBlock = {
    ...newest,
    index: index - 1,
    blockHash: kept,
    hashes: newest.hashes.slice(0, index),
    transactions: newest.transactions.slice(0, newest.counts[index - 1]),
    counts: newest.counts.slice(0, index),
  }
  return { ...overlay, blocks: [...overlay.blocks.slice(0, -1), block] }
}

/** Gives an index its block hash, which its builder did not compute. */
export function nameBlock(
  overlay: Overlay,
  { from, to }: { readonly from: Hash; readonly to: Hash },
): Overlay {
  const isPending = overlay.blocks.some(({ hashes }) => hashes.includes(from))
  const isEarly = overlay.early.some(({ blockHash }) => blockHash === from)
  if (!isPending && !isEarly) return overlay
  const blocks = overlay.blocks.map((block) => {
    const hashes = block.hashes.map((hash) => (hash === from ? to : hash))
    return { ...block, hashes, blockHash: hashes.at(-1) ?? block.blockHash }
  })
  const early = overlay.early.map((each) =>
    each.blockHash === from ? { ...each, blockHash: to } : each,
  )
  // The next block may have waited for this hash.
  return beginEarly({ ...overlay, blocks, early })
}

/** What a new canonical block does to the overlay. */
export interface CanonicalOutcome {
  readonly overlay: Overlay
  /** `caught-up`: no pending block is left; `reorg`: the pending blocks do not go on from the canonical block. */
  readonly kind: 'kept' | 'caught-up' | 'reorg'
  /** Transactions that the flashblocks of this block had, and the block has not. */
  readonly lost: readonly Hash[]
}

/** Moves the overlay onto a new canonical head. Source: base/base, crates/execution/flashblocks */
export function followCanonical(overlay: Overlay, block: CanonicalBlock): CanonicalOutcome {
  const pending = overlay.blocks.find(({ number }) => number === block.number)
  const included = new Set(block.transactions)
  const lost = pending?.transactions.filter((hash) => !included.has(hash)) ?? []
  const above = overlay.blocks.filter(({ number }) => number > block.number)
  const goesOn = above[0]?.parentHash === block.hash
  const moved: Overlay = {
    canonical: { number: block.number, hash: block.hash },
    blocks: goesOn ? above : [],
    early: overlay.early.filter(({ number }) => number > block.number),
  }
  const isReorg = lost.length > 0 || (above.length > 0 && !goesOn)
  const next = beginEarly(moved)
  const kind = isReorg ? 'reorg' : next.blocks.length > 0 ? 'kept' : 'caught-up'
  return { overlay: next, kind, lost }
}

/** Applies flashblocks of blocks whose parent is known now. */
function beginEarly(overlay: Overlay): Overlay {
  let next = { ...overlay, early: [] as readonly OverlayFlashblock[] }
  for (const early of overlay.early.toSorted((a, b) => (a.number < b.number ? -1 : 1)))
    next = { ...addFlashblock(next, early)[0] }
  return next
}
