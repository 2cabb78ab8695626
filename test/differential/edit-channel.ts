import type { Frame } from '#protocol/channel/frame.ts'
import type { ChannelId } from '#protocol/primitives.ts'
import type { Random } from '#runtime/random.ts'
import type { ChannelDraft, Draft, Entry } from './draft.ts'
import { editBatches, editEntries, encodeEntry } from './edit-batches.ts'
import { cutChannel, editPacked, packChannel } from './write-channel.ts'

/** Decodes a channel of the record, changes it at one level, and encodes it into the same frames again. */
export function editChannel(
  draft: Draft,
  { random, channels }: { readonly random: Random; readonly channels: readonly ChannelDraft[] },
): void {
  const channel = channels[random.between(0, channels.length - 1)]
  if (channel === undefined) return
  const writing = { random, rollup: draft.rollup }
  const at = random.between(0, channel.entries.length - 1)
  const level = random.pick(['batches', 'batches', 'batches', 'form', 'entries', 'packed'])
  const edited = channel.entries.map((entry, index): Entry => {
    if (index !== at || entry.kind === 'raw') return entry
    if (level === 'batches') return { ...entry, batches: editBatches(entry.batches, writing) }
    if (level === 'form') return { ...entry, form: entry.form === 'span' ? 'singular' : 'span' }
    return entry
  })
  let entries: readonly Uint8Array[] = edited.flatMap((entry) => encodeEntry(entry, writing))
  if (level === 'entries') entries = editEntries(entries, random)
  const isBrotli = typeof draft.rollup['fjord_time'] === 'number' && random.chance(0.5)
  let packed = packChannel(entries, { random, isBrotli })
  if (level === 'packed') packed = editPacked(packed, random)
  replaceFrames(draft, channel.id, packed)
  draft.notes.push(`${level} of channel ${channel.id.slice(0, 10)}`)
}

/** Replaces the frames of a channel in place. The new channel may have fewer frames, but never more. */
function replaceFrames(draft: Draft, id: ChannelId, data: Uint8Array): void {
  const numbers = new Set<number>()
  const each = (change: (frame: Frame) => readonly Frame[]) => {
    for (const block of draft.blocks)
      block.posts = block.posts.map((post) => ({
        ...post,
        items: post.items.map((item) =>
          item.kind === 'frames'
            ? {
                kind: 'frames' as const,
                frames: item.frames.flatMap((frame) =>
                  frame.channelId === id ? change(frame) : [frame],
                ),
              }
            : item,
        ),
      }))
  }
  each((frame) => {
    numbers.add(frame.number)
    return [frame]
  })
  const frames = cutChannel(id, data, Math.max(1, numbers.size))
  each(({ number }) => frames.slice(number, number + 1))
}
