import { type BatchRules, decodeBatch } from '#protocol/batch/decode-batch.ts'
import { ChannelReader } from '#protocol/channel/channel-reader.ts'
import type { Frame } from '#protocol/channel/frame.ts'
import type { SingularBatch } from '#protocol/batch/batch.ts'
import type { ChannelId, Hash } from '#protocol/primitives.ts'
import type { ChannelDraft, Draft, Entry } from './draft.ts'
import { decoded } from './record-draft.ts'
import { hashOfNumber } from './stand-in-engine.ts'

const readerRules = { allowsBrotli: true, maxRlpBytesPerChannel: 1_000_000 }

/** Maximum number of batches in a channel that is rewritten. */
const maxEntries = 500

/** The hash of the block with a number, as in the parent hash of its child. */
export function hashByNumber({ known }: Pick<Draft, 'known'>, number: bigint): Hash {
  return known.get(number)?.hash ?? hashOfNumber(number)
}

/** The complete, readable channels of a draft, in the order of their first frames. */
export function channelsOf(draft: Draft): readonly ChannelDraft[] {
  const frames = new Map<ChannelId, Map<number, Frame>>()
  for (const frame of framesOf(draft)) {
    const channel = frames.get(frame.channelId) ?? new Map<number, Frame>()
    frames.set(frame.channelId, channel)
    if (!channel.has(frame.number)) channel.set(frame.number, frame)
  }
  return [...frames].flatMap(([id, channel]) => {
    const entries = entriesOf(draft, [...channel.values()])
    return entries === undefined ? [] : [{ id, entries }]
  })
}

function* framesOf({ blocks }: Draft): Generator<Frame> {
  for (const { posts } of blocks)
    for (const { items } of posts)
      for (const item of items) if (item.kind === 'frames') yield* item.frames
}

function entriesOf(draft: Draft, frames: readonly Frame[]): readonly Entry[] | undefined {
  const ordered = frames.toSorted((left, right) => left.number - right.number)
  const isWhole =
    ordered.every(({ number }, at) => number === at) && ordered.at(-1)?.isLast === true
  if (!isWhole) return undefined
  const reader = new ChannelReader(
    ordered.map(({ data }) => data),
    readerRules,
  )
  const entries: Entry[] = []
  for (;;) {
    const bytes = reader.next()
    if (bytes === undefined) break
    if (entries.length >= maxEntries) return undefined
    entries.push(toEntry(draft, bytes))
  }
  return entries.length === 0 ? undefined : entries
}

/** Decodes an entry into batches that can be edited, if possible. */
function toEntry(draft: Draft, bytes: Uint8Array): Entry {
  const batch = decoded(() => decodeBatch(bytes, rulesOf(draft)))
  if (batch === undefined || batch.kind === 'skipped') return { kind: 'raw', bytes }
  if (batch.kind === 'singular')
    return { kind: 'batches', form: 'singular', batches: [batch.batch] }
  const { blocks } = batch.batch
  if (blocks.length > maxEntries) return { kind: 'raw', bytes }
  return {
    kind: 'batches',
    form: 'span',
    batches: [...blocks].map((block) => toSingular(draft, block)),
  }
}

function toSingular(
  draft: Draft,
  block: Pick<SingularBatch, 'timestamp' | 'epochNumber' | 'transactions'>,
): SingularBatch {
  const { genesis, block_time } = draft.rollup
  const number =
    (block.timestamp - BigInt(genesis.l2_time)) / BigInt(block_time) + BigInt(genesis.l2.number)
  const epoch = draft.blocks.find(({ header }) => header.number === block.epochNumber)
  return {
    ...block,
    parentHash: hashByNumber(draft, number - 1n),
    epochHash: epoch?.hash ?? hashOfNumber(0n),
  }
}

function rulesOf({ rollup }: Draft): BatchRules {
  return {
    genesisTimestamp: BigInt(rollup.genesis.l2_time),
    blockTime: BigInt(rollup.block_time),
    chainId: BigInt(rollup.l2_chain_id),
    allowsSpanBatches: true,
  }
}
