import type { Acknowledgement, FlashblockProof } from '#messages/builder-frame.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { isSameDiff, maxFlashblocks, toPayload } from '#protocol/flashblock/assembly.ts'
import { admitEpoch } from '#protocol/flashblock/authorization.ts'
import { nextOfBlock } from '#protocol/flashblock/cumulative.ts'
import { type Flashblock, hasRoots } from '#protocol/flashblock/flashblock.ts'
import { linkAfter } from '#protocol/flashblock/link.ts'
import { sentAt } from '#services/flashblock-p2p/sending/own-blocks.ts'
import type {
  Effect,
  Event,
  ForeignBlock,
  Refusal,
  State,
  Stepped,
} from '#services/flashblock-p2p/state.ts'
import { admitted } from './admitted.ts'
import {
  areTooLarge,
  isStream,
  maxForeignBlocks,
  passedOn,
  upTo,
  withForeign,
} from './foreign-block.ts'

/** Time after which missing flashblocks are requested again. */
const requestAgainMs = 250

/** A flashblock in Atoll's own protocol: it is checked, and handed to the engine in its order. */
export function flashblockArrived(
  state: State,
  event: Extract<Event, { kind: 'flashblock-arrived' }>,
): Stepped {
  const { peer, sent } = event
  const { flashblock, number } = sent
  const { index } = flashblock
  // Only a block whose roots are known has a hash that binds its contents, which is what the builder signs.
  if (!hasRoots(flashblock.diff)) return refused(state, event, 'no-state-root')
  if (state.unsafe !== undefined && number <= state.unsafe)
    return refused(state, event, 'wrong-height')
  const admission = admitted(state, event)
  if (typeof admission === 'string') return refused(state, event, admission)
  const { epoch, fence } = admission
  const next = { ...state, fence }
  const found = blockOf(next, { epoch, flashblock, number, peer })
  const block = found && withoutReplaced(found, { epoch, flashblock })
  const count = block?.flashblocks.length ?? 0
  if (block === undefined || index > count) return requesting(next, event, count)
  const known = block.flashblocks[index]
  if (known !== undefined) {
    if (known.diff.blockHash !== flashblock.diff.blockHash)
      return contradicted(next, block, { ...event, epoch })
    if (index >= block.stored || !isSameContent(known, flashblock)) return [next]
    return [next, { kind: 'acknowledge', peer, acknowledgement: acknowledgementOf(flashblock) }]
  }
  if (sent.previousLink !== linkAfter(block.parentHash, block.flashblocks))
    // A new leader may have gone on from other flashblocks than those that are here.
    return index > 0 && epoch > block.epoch
      ? requesting(next, event, 0)
      : refused(next, event, 'wrong-link')
  if (areTooLarge([...block.flashblocks, flashblock])) return refused(next, event, 'too-large')
  const [appending, ...effects] = append(
    next,
    { ...block, epoch, peer },
    { ...event, flashblock, proof: sent },
  )
  const replaced = found?.flashblocks.slice(index) ?? []
  if (replaced.length === 0) return [appending, ...effects]
  return [appending, { kind: 'report-replaced', number, flashblocks: replaced }, ...effects]
}

/** Asks the sender for flashblocks that are missing here, once in a while for each block. */
function requesting(
  state: State,
  { nowMs, peer, sent }: Extract<Event, { kind: 'flashblock-arrived' }>,
  fromIndex: number,
): Stepped {
  const { payloadId } = sent.flashblock
  const last = state.requests.find((request) => request.payloadId === payloadId)
  if (last !== undefined && nowMs < last.atMs + requestAgainMs) return [state]
  const others = state.requests.filter((request) => request !== last)
  const requests = [...others, { payloadId, atMs: nowMs }].slice(-maxForeignBlocks)
  return [
    { ...state, requests },
    { kind: 'request', peer, payloadId, fromIndex },
  ]
}

/** A flashblock of another builder is on the log: it outlives a crash of this node. */
export function appended(state: State, event: Extract<Event, { kind: 'appended' }>): Stepped {
  const { flashblock, peer } = event.received
  const { diff, index, payloadId } = flashblock
  const acknowledge: Effect = {
    kind: 'acknowledge',
    peer,
    acknowledgement: acknowledgementOf(flashblock),
  }
  const block = state.foreign.find((each) => each.payloadId === payloadId)
  if (block?.flashblocks[index]?.diff.blockHash !== diff.blockHash) return [state]
  const stored = Math.max(block.stored, index + 1)
  return [withForeign(state, { ...block, stored }), acknowledge]
}

/**
 * A flashblock is on the log since before this process was started: it can be passed on, and shown when a later one was
 * executed. The engine reads the log itself.
 */
export function restored(state: State, event: Extract<Event, { kind: 'restored' }>): Stepped {
  const { epoch, flashblock, number, peer, proof } = event.received
  const { index } = flashblock
  const found = blockOf(state, { epoch, flashblock, number, peer })
  const block = found && withoutReplaced(found, { epoch, flashblock })
  if (block?.flashblocks.length !== index) return [state]
  const fence = admitEpoch(state.fence, { epoch, number }) ?? state.fence
  const whole = {
    ...block,
    epoch,
    peer,
    flashblocks: [...block.flashblocks, flashblock],
    proofs: [...block.proofs, proof],
    stored: index + 1,
    settled: index + 1,
  }
  return [withForeign({ ...state, fence }, whole)]
}

/** A message of op-rbuilder, which has the whole block so far and no signature. */
export function blockArrived(
  state: State,
  event: Extract<Event, { kind: 'block-arrived' }>,
): Stepped {
  const { payload, payloadId, peer } = event
  const { number } = payload
  if (!state.options.acceptsUnsigned)
    return [state, { kind: 'report-refused', peer, payloadId, index: 0, reason: 'unsigned' }]
  const known = state.foreign.find((block) => block.payloadId === payloadId)
  const index = known?.flashblocks.length ?? 0
  // The block has signed flashblocks, which an unsigned one must not continue.
  if (known?.proofs.some((proof) => proof !== undefined) === true)
    return [state, { kind: 'report-refused', peer, payloadId, index, reason: 'unsigned' }]
  if (index >= maxFlashblocks)
    return [state, { kind: 'report-refused', peer, payloadId, index, reason: 'too-many-indices' }]
  const next = nextOfBlock(payload, { payloadId, index, before: known && wholeBlock(known) })
  if (next.kind === 'repeated') return [state]
  if (next.kind === 'contradicted')
    return [state, { kind: 'report-refused', peer, payloadId, index, reason: 'contradiction' }]
  const { flashblock } = next
  const block = blockOf(state, { epoch: 0n, flashblock, number, peer })
  if (block !== undefined && areTooLarge([...block.flashblocks, flashblock]))
    return [state, { kind: 'report-refused', peer, payloadId, index, reason: 'too-large' }]
  return block === undefined
    ? [state]
    : append(state, block, { ...event, flashblock, proof: undefined })
}

/** The block that a flashblock belongs to; undefined if its first flashblock is missing. */
function blockOf(
  state: State,
  arrived: Pick<ForeignBlock, 'epoch' | 'number' | 'peer'> & { readonly flashblock: Flashblock },
): ForeignBlock | undefined {
  const { epoch, flashblock, number, peer } = arrived
  const { base, payloadId } = flashblock
  const known = state.foreign.find((block) => block.payloadId === payloadId)
  const place = { payloadId, number, peer }
  // Another builder took over the block of this node.
  const own = state.own.find((block) => block.payloadId === payloadId)
  if (own !== undefined && own.epoch > (known?.epoch ?? -1n))
    return {
      ...place,
      epoch: own.epoch,
      parentHash: own.parentHash,
      flashblocks: own.flashblocks,
      proofs: own.flashblocks.map(({ index }) => sentAt(state, own, index)),
      stored: own.flashblocks.length,
      settled: own.flashblocks.length,
    }
  if (known !== undefined) return known
  const empty = { flashblocks: [], proofs: [], stored: 0, settled: 0 }
  return base && { ...place, ...empty, epoch, parentHash: base.parentHash }
}

/**
 * The block without the flashblocks that a new leader replaces: it did not have them when it took the block over at an
 * earlier index.
 */
function withoutReplaced(
  block: ForeignBlock,
  { epoch, flashblock }: { readonly epoch: bigint; readonly flashblock: Flashblock },
): ForeignBlock {
  const { diff, index } = flashblock
  const known = block.flashblocks[index]
  const isReplaced = known !== undefined && known.diff.blockHash !== diff.blockHash
  if (!isReplaced || epoch <= block.epoch) return block
  return upTo(block, index)
}

/** Adds the next flashblock of a block, and hands it to the engine. */
export function append(
  state: State,
  block: ForeignBlock,
  {
    flashblock,
    nowMs,
    proof: signed,
  }: {
    readonly flashblock: Flashblock
    readonly nowMs: number
    readonly proof: FlashblockProof | undefined
  },
): Stepped {
  const { epoch, number, peer } = block
  const flashblocks = [...block.flashblocks, flashblock]
  const proof = signed && proofOf(signed)
  const fromStream = isStream(state, peer)
  const received = { number, flashblock, epoch, peer, receivedMs: nowMs, proof, fromStream }
  return [
    withForeign(
      { ...state, requests: state.requests.filter((each) => each.payloadId !== block.payloadId) },
      { ...block, flashblocks, proofs: [...block.proofs, proof] },
    ),
    { kind: 'append', received },
  ]
}

function proofOf({ authorization, builder, signature }: FlashblockProof): FlashblockProof {
  return { authorization, builder, signature }
}

/**
 * Another flashblock has the same index. The first one stays, since users may rely on it. A builder that signed both for
 * one sequencer is refused from now on.
 */
function contradicted(
  state: State,
  block: ForeignBlock,
  event: Extract<Event, { kind: 'flashblock-arrived' }> & { readonly epoch: bigint },
): Stepped {
  const { sent } = event
  const { builder, flashblock } = sent
  const [next, ...effects] = refused(state, event, 'contradiction')
  const first = passedOn(block)[flashblock.index]
  const firstEpoch = first?.authorization?.authorization.epoch ?? 0n
  if (first?.builder !== builder || firstEpoch !== event.epoch) return [next, ...effects]
  const banned = [...next.banned, builder]
  return [
    { ...next, banned },
    ...effects,
    { kind: 'report-equivocation', builder, sent: [first, sent] },
  ]
}

/** Reasons for which only the sender can be to blame, and not a clock, a change of the leader or of the signer. */
const offences: readonly Refusal[] = [
  'lasts-too-long',
  'no-state-root',
  'too-large',
  'wrong-block',
  'wrong-builder',
  'wrong-chain',
  'wrong-signature',
]

function refused(
  state: State,
  { peer, sent }: Extract<Event, { kind: 'flashblock-arrived' }>,
  reason: Refusal,
): Stepped {
  const { diff, index, payloadId } = sent.flashblock
  const { blockHash } = diff
  const acknowledgement = { payloadId, index, blockHash, status: 'refused', reason } as const
  const effects: Effect[] = [
    { kind: 'report-refused', peer, payloadId, index, reason },
    { kind: 'acknowledge', peer, acknowledgement },
  ]
  // Builders may have different lists of known builders, so one that passes on is not to blame for `wrong-builder`.
  const isSenders = sent.builder === peer || reason === 'wrong-signature'
  if (!isSenders || !offences.includes(reason)) return [state, ...effects]
  const detail = `flashblock ${index} of ${payloadId} must not be sent: ${reason}`
  return [state, ...effects, { kind: 'refuse-peer', peer, detail }]
}

/** Whether two flashblocks with the same block hash have the same transactions. The engine has not checked them yet. */
function isSameContent(first: Flashblock, second: Flashblock): boolean {
  const { transactions } = second.diff
  return (
    isSameDiff(first.diff, second.diff) &&
    first.diff.transactions.every((raw, at) => Buffer.compare(raw, transactions[at] ?? raw) === 0)
  )
}

function acknowledgementOf({ diff, index, payloadId }: Flashblock): Acknowledgement {
  return { payloadId, index, blockHash: diff.blockHash, status: 'received', reason: '' }
}

/** The block up to the newest flashblock. */
function wholeBlock({ flashblocks }: ForeignBlock): Payload | undefined {
  const [first, last] = [flashblocks[0], flashblocks.at(-1)]
  if (first?.base === undefined || last === undefined) return undefined
  return toPayload(
    first.base,
    last.diff,
    flashblocks.flatMap(({ diff }) => diff.transactions),
  )
}
