import type { Acknowledgement, SentFlashblock } from '#messages/builder-frame.ts'
import type { BuiltFlashblock } from '#messages/built-flashblock.ts'
import {
  admitEpoch,
  authorizationEndMs,
  type BuildAuthorization,
} from '#protocol/flashblock/authorization.ts'
import { flashblockSigningHash } from '#protocol/flashblock/builder-signature.ts'
import { linkAfter, linkOf } from '#protocol/flashblock/link.ts'
import type { Effect, Event, OwnBlock, State, Stepped } from '#services/flashblock-p2p/state.ts'
import { show } from './public-stream.ts'

/** Limit on the blocks of this node that are kept, to be sent again. */
const maxOwnBlocks = 4

/** The engine has made a flashblock. It is sent when the sequencer has signed the authorization of its block. */
export function built(state: State, event: Extract<Event, { kind: 'built' }>): Stepped {
  const { epoch, flashblock, number } = event.built
  // Another builder leads, which the engine does not know yet.
  if (admitEpoch(state.fence, { epoch, number }) === undefined) return [state]
  const known = state.own.find(({ payloadId }) => payloadId === flashblock.payloadId)
  if (known === undefined || epoch > known.epoch) return begin(state, event)
  // The engine publishes the newest flashblock again when it takes a block over.
  if (flashblock.index < known.flashblocks.length) return [state]
  if (known.authorization === undefined)
    return [withOwn(state, { ...known, waiting: [...known.waiting, event.built] })]
  return send(state, known, { ...event, flashblocks: [event.built] })
}

/** Begins a block of this node, which may go on from flashblocks of another builder, or of this node itself. */
function begin(
  state: State,
  { built: { epoch, flashblock, number }, nowMs }: Extract<Event, { kind: 'built' }>,
): Stepped {
  const { payloadId } = flashblock
  const foreign = state.foreign.find((block) => block.payloadId === payloadId)
  const earlier = state.own.find((block) => block.payloadId === payloadId)
  const newest = (foreign?.epoch ?? -1n) < (earlier?.epoch ?? -1n) ? earlier : foreign
  const before = newest?.flashblocks.slice(0, flashblock.index) ?? []
  const base = flashblock.base ?? before[0]?.base
  // Without the earlier flashblocks, as after a restart in the middle of a block, other builders could not use it.
  if (base === undefined || before.length < flashblock.index) return [state]
  const { parentHash, timestamp } = base
  const block: OwnBlock = {
    payloadId,
    number,
    parentHash,
    timestamp,
    epoch,
    authorization: undefined,
    waiting: [{ epoch, flashblock, number }],
    flashblocks: before,
    sentMs: before.map(() => 0),
    unpublished: [],
    isSuperseded: false,
  }
  // From now on, an earlier leader is refused.
  const fence = admitEpoch(state.fence, { epoch, number }) ?? state.fence
  const others = state.own.filter((each) => each !== earlier)
  const next = { ...state, fence, own: [...others, block].slice(-maxOwnBlocks) }
  return [next, { kind: 'authorize', authorization: authorizationOf(state, block, nowMs) }]
}

/** The permission that this node asks of its sequencer. */
export function authorizationOf(
  { options }: State,
  block: Pick<OwnBlock, 'epoch' | 'number' | 'parentHash' | 'payloadId' | 'timestamp'>,
  nowMs: number,
): BuildAuthorization {
  const { epoch, number, parentHash, payloadId, timestamp } = block
  return {
    l2ChainId: options.l2ChainId,
    parentHash,
    number,
    timestamp,
    payloadId,
    epoch,
    builder: options.identity.peerId,
    notAfterMs: authorizationEndMs(timestamp, BigInt(nowMs)),
  }
}

/** Gossip has answered. Without a signature, only builders that accept unsigned flashblocks can use these. */
export function authorized(state: State, event: Extract<Event, { kind: 'authorized' }>): Stepped {
  const known = state.own.find(({ payloadId }) => payloadId === event.payloadId)
  if (known === undefined || event.epoch !== known.epoch) return [state]
  const authorization = event.signed ?? 'none'
  const { number, waiting } = known
  const [next, ...effects] = send(
    state,
    { ...known, authorization, waiting: [] },
    { ...event, flashblocks: waiting },
  )
  return authorization === 'none'
    ? [next, { kind: 'report-unsigned', number }, ...effects]
    : [next, ...effects]
}

/** Sends flashblocks to the other builders, before they are public. */
function send(
  state: State,
  block: OwnBlock,
  {
    flashblocks,
    nowMs,
  }: { readonly flashblocks: readonly BuiltFlashblock[]; readonly nowMs: number },
): Stepped {
  let own = block
  const effects: Effect[] = []
  for (const { flashblock } of flashblocks) {
    if (flashblock.index !== own.flashblocks.length) continue
    const untilMs = nowMs + state.options.ackMs
    own = {
      ...own,
      flashblocks: [...own.flashblocks, flashblock],
      sentMs: [...own.sentMs, nowMs],
      unpublished: [
        ...own.unpublished,
        { index: flashblock.index, untilMs, isAcknowledged: false },
      ],
    }
    const sending = sentAt(state, own, flashblock.index)
    if (sending !== undefined)
      effects.push({ kind: 'send', sent: sending, flashblocks: own.flashblocks })
    effects.push({ kind: 'wake', atMs: untilMs })
  }
  return [withOwn(state, own), ...effects]
}

/** A flashblock of this node as other builders get it; undefined if the block does not have it. */
export function sentAt(
  { options }: State,
  block: OwnBlock,
  index: number,
): SentFlashblock | undefined {
  const { flashblocks, number, parentHash, payloadId } = block
  const flashblock = flashblocks[index]
  if (flashblock === undefined) return undefined
  const previousLink = linkAfter(parentHash, flashblocks.slice(0, index))
  const { blockHash } = flashblock.diff
  const { identity, l2ChainId } = options
  const authorization = block.authorization === 'none' ? undefined : block.authorization
  const epoch = authorization?.authorization.epoch ?? 0n
  const link = linkOf(previousLink, { blockHash, index })
  const signature = identity.sign(flashblockSigningHash({ epoch, l2ChainId, link, payloadId }))
  return { number, flashblock, previousLink, authorization, builder: identity.peerId, signature }
}

/** A flashblock was written to its receivers. If none of them acknowledges, it is public at once. */
export function sent(state: State, event: Extract<Event, { kind: 'sent' }>): Stepped {
  if (event.acknowledging > 0 && state.options.ackMs > 0) return [state]
  return acknowledgedUpTo(state, event)
}

/** A later acknowledgement, for example of a flashblock that was sent again, does not show the clock of its sender. */
const maxSampleMs = 200

/** Another builder has received a flashblock: it can become public. */
export function acknowledged(
  state: State,
  event: Extract<Event, { kind: 'acknowledged' }>,
): Stepped {
  const { acknowledgement, atMs, nowMs, peer } = event
  const { blockHash, index, payloadId, status } = acknowledgement
  const block = state.own.find((each) => each.payloadId === payloadId)
  const sentMs = block?.sentMs[index]
  // After a change of the leader, the builder may mean another flashblock of this index.
  const isSame = block?.flashblocks[index]?.diff.blockHash === blockHash
  if (block === undefined || sentMs === undefined || !isSame) return [state]
  // Flashblocks of another builder, which this node took over, have no time.
  if (sentMs === 0) return acknowledgedUpTo(state, { ...acknowledgement, nowMs })
  const durationMs = nowMs - sentMs
  // The error is half of the duration at most. The execution would add its time.
  const isSample = status === 'received' && durationMs <= maxSampleMs
  const clockAheadMs = isSample ? atMs - (sentMs + nowMs) / 2 : undefined
  const report: Effect = { kind: 'report-acknowledged', peer, status, durationMs, clockAheadMs }
  if (status === 'refused') return [refused(state, block, acknowledgement), report]
  const [next, ...effects] = acknowledgedUpTo(state, { ...acknowledgement, nowMs })
  return [next, report, ...effects]
}

/** Another builder refuses a flashblock. If it follows a newer leader, what it does not have must not become public. */
function refused(state: State, block: OwnBlock, { reason }: Acknowledgement): State {
  return reason === 'old-epoch' ? withOwn(state, { ...block, isSuperseded: true }) : state
}

function acknowledgedUpTo(
  state: State,
  {
    index,
    nowMs,
    payloadId,
  }: Pick<Extract<Event, { kind: 'sent' }>, 'index' | 'nowMs' | 'payloadId'>,
): Stepped {
  const known = state.own.find((block) => block.payloadId === payloadId)
  if (known === undefined) return [state]
  const unpublished = known.unpublished.map((each) =>
    each.index <= index ? { ...each, isAcknowledged: true } : each,
  )
  return publishDue(withOwn(state, { ...known, unpublished }), nowMs)
}

/** The longest wait for an acknowledgement may be over. */
export function woke(state: State, { nowMs }: Extract<Event, { kind: 'woke' }>): Stepped {
  return publishDue(state, nowMs)
}

/** Publishes flashblocks that were acknowledged or have waited for long enough, in their order. */
function publishDue(state: State, nowMs: number): Stepped {
  let next = state
  const effects: Effect[] = []
  for (const block of state.own) {
    const { unpublished } = block
    const open = unpublished.findIndex((each) => !each.isAcknowledged && each.untilMs > nowMs)
    const count = open === -1 ? unpublished.length : open
    if (count === 0) continue
    next = withOwn(next, { ...block, unpublished: unpublished.slice(count) })
    // Another builder leads. It may have taken the block over without these.
    if (block.isSuperseded || admitEpoch(state.fence, block) === undefined) continue
    for (const { index, isAcknowledged } of unpublished.slice(0, count)) {
      const [shown, ...more] = show(next, block, index)
      next = shown
      effects.push(...more)
      if (!isAcknowledged) effects.push({ kind: 'report-unacknowledged' })
    }
  }
  return [next, ...effects]
}

function withOwn(state: State, block: OwnBlock): State {
  const own = state.own.map((each) => (each.payloadId === block.payloadId ? block : each))
  return { ...state, own }
}
