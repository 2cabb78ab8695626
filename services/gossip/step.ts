import { withCurrentSigner } from '#protocol/p2p/block-signers.ts'
import type { Step } from '#service/actor.ts'
import { blockPublished, publishFailed, publishRequested } from './blocks/publish-block.ts'
import { payloadRefused, receiveBlock } from './blocks/receive-block.ts'
import { blockStored } from './blocks/store-block.ts'
import { followTopic } from './blocks/topic-switch.ts'
import { fillGap, payloadFetched, pruneAbove } from './requests/fill-gap.ts'
import { peerChanged } from './peers/peer-care.ts'
import { searchEnded } from './peers/search.ts'
import { dialed, peersFound, tendPeers } from './peers/tend-peers.ts'
import { signerChecked } from './signing/signer-problem.ts'
import type { Effect, Event, Result, State } from './state.ts'

/** Decides what gossip does about an event. */
export const step: Step<State, Event, Effect> = (state, event) => {
  switch (event.kind) {
    case 'tick':
      return tick(state, event)
    case 'dialed':
      return dialed(state, event)
    case 'search-ended':
      return [searchEnded(peersFound(state, event), event.nowMs)]
    case 'peers-found':
      return [peersFound(state, event)]
    case 'payload-refused':
      return payloadRefused(state, event.hash)
    case 'block-arrived':
      return receiveBlock(state, event)
    case 'block-stored':
      return [blockStored(state, event.bytes)]
    case 'publish-requested':
      return publishRequested(state, event)
    case 'block-published':
      return blockPublished(state, event)
    case 'publish-failed':
      return publishFailed(state, event)
    case 'signer-checked':
      return [signerChecked(state, event)]
    case 'system-config-changed':
      return systemConfigChanged(state, event)
    case 'chain-changed':
      return [chainChanged(state, event)]
    case 'peer-changed':
      return [peerChanged(state, event)]
    case 'payload-fetched':
      return payloadFetched(state, event)
  }
}

function systemConfigChanged(
  state: State,
  { update, nowMs }: Extract<Event, { kind: 'system-config-changed' }>,
): Result {
  const now = BigInt(Math.floor(nowMs / 1_000))
  const signers = withCurrentSigner(state.signers, update.unsafeBlockSigner, now)
  if (signers === state.signers) return [state]
  return [
    { ...state, signers },
    { kind: 'report-signer', signers },
  ]
}

function chainChanged(state: State, { chain }: Extract<Event, { kind: 'chain-changed' }>): State {
  const { number, timestamp } = chain.unsafe
  return { ...state, unsafe: { number, timestamp }, above: pruneAbove(state.above, number) }
}

function tick(state: State, event: Extract<Event, { kind: 'tick' }>): Result {
  const [tended, ...peers] = tendPeers(state, event)
  const [filling, requests] = fillGap(tended, event.nowMs)
  const [next, topics] = followTopic(filling, event.nowMs)
  return [next, ...peers, ...requests, ...topics]
}
