import type { Random } from '#runtime/random.ts'
import type { ChannelDraft, Draft } from './draft.ts'
import { editChannel } from './edit-channel.ts'
import { editForks, editNumbers } from './edit-config.ts'
import { editL1 } from './edit-l1.ts'
import { editPosts } from './edit-posts.ts'
import { rebatch } from './rebatch.ts'

/** A record and its decodable channels. */
export interface Base {
  readonly draft: Draft
  readonly channels: readonly ChannelDraft[]
}

/** Maximum number of L1 blocks of a case. Ten short cases find more bugs than a long one. */
const maxBlocks = 18

/** Makes a case from a record. The mutations of the case depend only on the random numbers. */
export function makeDraft({ draft: base, channels }: Base, random: Random): Draft {
  const most = Math.min(base.blocks.length, maxBlocks)
  const draft: Draft = {
    ...base,
    // A shallow copy: mutations replace the arrays of a block and never modify those of the record.
    blocks: base.blocks
      .slice(0, random.chance(0.7) ? most : random.between(4, most))
      .map((block) => ({ ...block })),
    notes: [],
  }
  if (random.chance(0.6)) makeAnew(draft, { random, channels })
  else editRecorded(draft, { random, channels })
  const edits = random.pick([0, 0, 1, 1, 2, 3, 4])
  for (let edit = 0; edit < edits; edit++)
    if (random.chance(0.65)) editPosts(draft, random)
    else editL1(draft, random)
  if (random.chance(0.2)) reorganise(draft, random)
  if (random.chance(0.35)) draft.refuseBelow = random.pick([3, 8, 21, 21, 64])
  if (draft.refuseBelow > 0) draft.notes.push(`refuses ${draft.refuseBelow} of 256`)
  return draft
}

function reorganise(draft: Draft, random: Random): void {
  const first = draft.blocks[0]?.header.number ?? 0n
  const count = random.between(1, 3)
  const last = draft.blocks.length - 1
  draft.reorgs = Array.from({ length: count }, () => first + BigInt(random.between(1, last)))
  draft.notes.push(`reset at L1 ${draft.reorgs.join(', ')}`)
}

interface Making {
  readonly random: Random
  readonly channels: readonly ChannelDraft[]
}

function makeAnew(draft: Draft, { random, channels }: Making): void {
  if (random.chance(0.3)) {
    const block_time = random.pick([1, 2, 3, 5, 12, 20])
    draft.rollup = { ...draft.rollup, block_time }
    draft.notes.push(`block time ${block_time}`)
  }
  if (random.chance(0.65)) editForks(draft, random)
  if (random.chance(0.85)) editNumbers(draft, random)
  const often = random.pick([0, 0.1, 0.3, 0.6])
  const flaws = { batches: often, entries: often / 2, packed: often / 3 }
  rebatch(draft, { random, flaws, channels })
}

function editRecorded(draft: Draft, { random, channels }: Making): void {
  if (random.chance(0.35)) editForks(draft, random)
  else if (random.chance(0.4)) draft.hashes = 'by-content'
  if (random.chance(0.5)) editNumbers(draft, random)
  const edits = random.pick([0, 0, 1, 1, 2])
  for (let edit = 0; edit < edits; edit++) editChannel(draft, { random, channels })
}
