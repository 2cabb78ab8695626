import { notComputed } from '#protocol/flashblock/flashblock.ts'
import type { Hash } from '#protocol/primitives.ts'

/** What a judge has to know of a flashblock. */
export interface PublishedPart {
  readonly index: number
  /** Hashes of the transactions that this index adds; the deposits come first. */
  readonly transactions: readonly Hash[]
  /** Number of deposits among the transactions. */
  readonly deposits: number
  /** Hash of the block up to this index; all zero in a stream without block hashes. */
  readonly blockHash: Hash
}

/** The flashblocks of one block under one payload id. */
export interface PublishedRun {
  readonly payloadId: string
  /** In the order of their indices. Some may be missing. */
  readonly parts: readonly PublishedPart[]
}

/** All that was published of a block. */
export interface PublishedBlock {
  /** In the order of arrival. A builder that takes over with a payload id of its own begins another run. */
  readonly runs: readonly PublishedRun[]
  /** Flashblocks whose index another flashblock of the same payload id had before, with other contents. */
  readonly contradictions: readonly PublishedPart[]
  /** Known if index 0 was seen. */
  readonly parentHash: Hash | undefined
}

/** A block of the canonical chain. */
export interface SealedBlock {
  readonly number: bigint
  readonly hash: Hash
  readonly parentHash: Hash
  readonly transactions: readonly Hash[]
}

/** What is known of the block in the canonical chain. */
export type SealedOutcome =
  | { readonly kind: 'sealed'; readonly block: SealedBlock }
  /** The chain did not get a block with this number in time. */
  | { readonly kind: 'never-came' }
  /** The node could not be asked. */
  | { readonly kind: 'unchecked'; readonly reason: string }

/**
 * Whether the promises of a block were kept. `kept`: the published transactions are the first ones of the block.
 * `broken`: they are not. `never-came` is a broken promise too.
 */
export type Verdict = 'kept' | 'broken' | 'never-came' | 'unchecked'

/** Which flashblock has the hash of the sealed block; `unknown` in a stream without block hashes. */
type SealedAs = 'last' | 'earlier' | 'other' | 'unknown'

/** The judgement of a block. */
export interface Judgement {
  readonly verdict: Verdict
  /** Published transactions that the sealed block does not have. */
  readonly lost: readonly Hash[]
  /** Position in the sealed block of the first transaction that is not the published one. */
  readonly differsAt: number | undefined
  /** Indices that did not arrive, although a later one did. */
  readonly missing: readonly number[]
  /** Number of transactions of the sealed block that no flashblock had. */
  readonly unpublished: number
  readonly sealedAs: SealedAs
  /** Whether the sealed block has another parent than the flashblocks named. */
  readonly hasOtherParent: boolean
}

/**
 * Compares what was published of a block with the sealed block. The flashblocks of the builder that made the block must
 * be the beginning of the block. Of other builders, which lost the block to this one, the transactions of users must be
 * in the block, at any place.
 */
export function judgeBlock(published: PublishedBlock, outcome: SealedOutcome): Judgement {
  const runs = published.runs.map((_, at) => continued(published.runs, at))
  const missing = missingOf(runs.at(-1) ?? [])
  if (outcome.kind !== 'sealed')
    return {
      verdict: outcome.kind,
      lost: [],
      differsAt: undefined,
      missing,
      unpublished: 0,
      sealedAs: 'unknown',
      hasOtherParent: false,
    }
  const { hash, parentHash, transactions } = outcome.block
  const main = runs.findLast((run) => differenceOf(run, transactions) === undefined) ?? runs.at(-1)
  const mainParts = main ?? []
  const others = [...runs.filter((run) => run !== main).flat(), ...published.contradictions]
  const promised = [...mainParts.flatMap((part) => part.transactions), ...others.flatMap(ofUsers)]
  const sealed = new Set(transactions)
  const lost = [...new Set(promised)].filter((each) => !sealed.has(each))
  const differsAt = differenceOf(mainParts, transactions)
  const all = new Set(
    [...runs.flat(), ...published.contradictions].flatMap((part) => part.transactions),
  )
  return {
    verdict: lost.length === 0 && differsAt === undefined ? 'kept' : 'broken',
    lost,
    differsAt,
    missing,
    unpublished: transactions.filter((each) => !all.has(each)).length,
    sealedAs: sealedAs(mainParts, hash),
    hasOtherParent: published.parentHash !== undefined && published.parentHash !== parentHash,
  }
}

/**
 * The parts of a run. A builder may take over with a payload id of its own and go on at the next index, so the indices
 * before its first one are those of the runs before it.
 */
function continued(runs: readonly PublishedRun[], at: number): readonly PublishedPart[] {
  const parts = runs[at]?.parts ?? []
  const [first] = parts
  if (at === 0 || first === undefined || first.index === 0) return parts
  return [...continued(runs, at - 1).filter(({ index }) => index < first.index), ...parts]
}

function missingOf(parts: readonly PublishedPart[]): readonly number[] {
  const seen = new Set(parts.map(({ index }) => index))
  const count = (parts.at(-1)?.index ?? -1) + 1
  return Array.from({ length: count }, (_, index) => index).filter((index) => !seen.has(index))
}

/**
 * Position of the first transaction of a block that is not the published one; undefined if the published ones are the
 * first transactions of the block. After a missing index, the next published transactions may begin at any later place.
 */
function differenceOf(
  parts: readonly PublishedPart[],
  sealed: readonly Hash[],
): number | undefined {
  let position = 0
  let next = 0
  let isAfterGap = false
  for (const { index, transactions } of parts) {
    isAfterGap ||= index !== next
    next = index + 1
    const [first] = transactions
    if (first === undefined) continue
    if (isAfterGap) {
      const found = sealed.indexOf(first, position)
      if (found === -1) return position
      position = found
      isAfterGap = false
    }
    for (const transaction of transactions) {
      if (sealed[position] !== transaction) return position
      position++
    }
  }
  return undefined
}

/** Transactions of users. Another builder may choose another L1 origin, and so other deposits. */
function ofUsers({ deposits, transactions }: PublishedPart): readonly Hash[] {
  return transactions.slice(deposits)
}

function sealedAs(parts: readonly PublishedPart[], hash: Hash): SealedAs {
  const last = parts.at(-1)
  if (last === undefined || last.blockHash === notComputed) return 'unknown'
  if (last.blockHash === hash) return 'last'
  return parts.some(({ blockHash }) => blockHash === hash) ? 'earlier' : 'other'
}
