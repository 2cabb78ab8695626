import { maxBlobDataBytes } from '#protocol/channel/blob.ts'
import type { Frame } from '#protocol/channel/frame.ts'
import type { Random } from '#runtime/random.ts'
import { encodeBlob } from '#devnet/batcher/encode/blob.ts'
import { dataOf } from './build-case.ts'
import type { Draft, Item, Post, PostFlaw } from './draft.ts'
import { editBytes } from './edit-bytes.ts'
import { replacementOf } from './sign-post.ts'
import { newChannelId } from './write-channel.ts'
import type { Address } from '#protocol/primitives.ts'

/** Indices of an L1 block and of a post in it. A post is a transaction to the batch inbox. */
interface Place {
  readonly block: number
  readonly post: number
}

/** Changes the frames of one item. `at` is the index of a frame. */
type FrameEdit = (frames: readonly Frame[], at: number, random: Random) => readonly Frame[]

const frameEdits: Readonly<Record<string, FrameEdit>> = {
  'frame dropped': (frames, at) => frames.toSpliced(at, 1),
  'frame repeated': (frames, at) => [...frames, ...frames.slice(at, at + 1)],
  'frames swapped': (frames, at) => [...frames.slice(at), ...frames.slice(0, at)],
  'frame number changed': (frames, at, random) =>
    changeFrame(frames, at, (frame) => ({
      ...frame,
      number: (frame.number + random.pick([1, 1, 2, 65_535])) & 0xffff,
    })),
  'is-last flag of a frame flipped': (frames, at) =>
    changeFrame(frames, at, (frame) => ({ ...frame, isLast: !frame.isLast })),
  'frame of another channel': (frames, at, random) =>
    changeFrame(frames, at, (frame) => ({ ...frame, channelId: newChannelId(random) })),
  'frame data changed': (frames, at, random) =>
    changeFrame(frames, at, (frame) => ({ ...frame, data: editBytes(frame.data, random) })),
  'frame emptied': (frames, at) =>
    changeFrame(frames, at, (frame) => ({ ...frame, data: new Uint8Array(0) })),
  'frame cut in two': (frames, at) =>
    frames.flatMap((frame, index) => {
      if (index !== at) return [frame]
      const half = frame.data.length >> 1
      const head = { ...frame, data: frame.data.subarray(0, half), isLast: false }
      return [head, { ...frame, number: frame.number + 1, data: frame.data.subarray(half) }]
    }),
}

function changeFrame(
  frames: readonly Frame[],
  at: number,
  change: (frame: Frame) => Frame,
): readonly Frame[] {
  return frames.map((frame, index) => (index === at ? change(frame) : frame))
}

const flaws: readonly [PostFlaw, ...PostFlaw[]] = [
  'unprotected',
  'other-chain',
  'high-s',
  'other-parity',
  'zero-r',
  'other-inbox',
  'calldata-beside-blobs',
]

/** A sender to the inbox that is not the batcher, unless a config update names it. */
export const stranger: Address = replacementOf(`0x${'5a'.repeat(20)}` as Address)

/** Makes one change to transactions to the inbox: their data, sender, signature, type or position. */
export function editPosts(draft: Draft, random: Random): void {
  const places = draft.blocks.flatMap(({ posts }, block) =>
    posts.map((_, post) => ({ block, post })),
  )
  const place = places[random.between(0, places.length - 1)]
  if (place === undefined) return
  const kind = random.next()
  if (kind < 0.5) editFrames(draft, place, random)
  else if (kind < 0.65) editBytesOf(draft, place, random)
  else if (kind < 0.82) editPost(draft, place, random)
  else editOrder(draft, place, random)
}

function editFrames(draft: Draft, place: Place, random: Random): void {
  const names = Object.keys(frameEdits)
  const name = names[random.between(0, names.length - 1)] ?? ''
  editItem(draft, place, {
    random,
    edit: (item) => {
      if (item.kind !== 'frames' || item.frames.length === 0) return item
      const at = random.between(0, item.frames.length - 1)
      return { kind: 'frames', frames: frameEdits[name]?.(item.frames, at, random) ?? item.frames }
    },
  })
  draft.notes.push(`${name} in L1 ${place.block}/${place.post}`)
}

function editBytesOf(draft: Draft, place: Place, random: Random): void {
  const isBlob = postAt(draft, place)?.type === 3 && random.chance(0.5)
  editItem(draft, place, {
    random,
    edit: (item) => {
      if (!isBlob) return { kind: 'data', bytes: editBytes(dataOf(item), random) }
      const blob =
        item.kind === 'blob' ? item.bytes : encodeBlob(dataOf(item).subarray(0, maxBlobDataBytes))
      const bytes = new Uint8Array(blob)
      const at = random.pick([
        random.between(0, 4),
        32 * random.between(0, 12),
        random.between(0, bytes.length - 1),
      ])
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7))
      return { kind: 'blob', bytes }
    },
  })
  draft.notes.push(`bytes ${isBlob ? 'of a blob ' : ''}in L1 ${place.block}/${place.post}`)
}

function editItem(
  draft: Draft,
  place: Place,
  { random, edit }: { readonly random: Random; readonly edit: (item: Item) => Item },
): void {
  changePost(draft, place, (post) => {
    const at = random.between(0, post.items.length - 1)
    return { ...post, items: post.items.map((item, index) => (index === at ? edit(item) : item)) }
  })
}

function editPost(draft: Draft, place: Place, random: Random): void {
  const flaw = random.pick(flaws)
  const type = random.pick([0, 1, 2, 3, 4])
  const [note, change] = random.pick<readonly [string, (post: Post) => Post]>([
    ['stranger', (post) => ({ ...post, sender: stranger })],
    [flaw, (post) => ({ ...post, flaw, type: flaw === 'unprotected' ? 0 : post.type })],
    [flaw, (post) => ({ ...post, flaw })],
    [`type ${type}`, (post) => ({ ...post, type })],
    [`type ${type}`, (post) => ({ ...post, type })],
  ])
  changePost(draft, place, change)
  draft.notes.push(`${note} in L1 ${place.block}/${place.post}`)
}

function editOrder(draft: Draft, { block: at, post: index }: Place, random: Random): void {
  const block = draft.blocks[at]
  const post = block?.posts[index]
  const other = draft.blocks[Math.min(draft.blocks.length - 1, at + random.between(1, 6))]
  if (block === undefined || post === undefined || other === undefined) return
  const named = (note: string) => draft.notes.push(`${note} in L1 ${at}/${index}`)
  switch (random.between(0, 6)) {
    case 0:
      named('post dropped')
      block.posts = block.posts.toSpliced(index, 1)
      break
    case 1:
      named('post repeated')
      block.posts = [...block.posts, post]
      break
    case 2:
      named('post moved to a later block')
      block.posts = block.posts.toSpliced(index, 1)
      other.posts = [...other.posts, post]
      break
    case 3:
      named('post repeated in a later block')
      other.posts = [post, ...other.posts]
      break
    case 4:
      named('posts reversed')
      block.posts = block.posts.toReversed()
      break
    case 5:
      named('posts of two blocks swapped')
      ;[block.posts, other.posts] = [other.posts, block.posts]
      break
    default: {
      named('garbage')
      const bytes = random.bytes(random.between(0, 60))
      if (random.chance(0.6)) bytes[0] = 0
      block.posts = block.posts.toSpliced(index, 0, { ...post, items: [{ kind: 'data', bytes }] })
    }
  }
}

function postAt({ blocks }: Draft, { block, post }: Place): Post | undefined {
  return blocks[block]?.posts[post]
}

function changePost(draft: Draft, { block, post }: Place, change: (post: Post) => Post): void {
  const of = draft.blocks[block]
  if (of === undefined) return
  of.posts = of.posts.map((each, index) => (index === post ? change(each) : each))
}
