import assert from 'node:assert/strict'
import type { SentFlashblock } from '#messages/builder-frame.ts'
import type { FlashblockOutcome } from '#messages/checked-flashblock.ts'
import { authorizationHash, type BuildAuthorization } from '#protocol/flashblock/authorization.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { flashblockSigningHash } from '#protocol/flashblock/builder-signature.ts'
import { linkAfter, linkOf } from '#protocol/flashblock/link.ts'
import { signBlock } from '#protocol/p2p/payload-signature.ts'
import { signerAddress, signerKey } from './block-messages.ts'
import { identityOfPeer, testIdentity } from './builder-identities.ts'
import { filledHash, flashblocksOf, sampleBase, samplePayloadId } from './flashblocks.ts'
import {
  type Effect,
  type Event,
  initialState,
  type Options,
  type State,
} from '#services/flashblock-p2p/state.ts'
import { step } from '#services/flashblock-p2p/step.ts'

const { number, timestamp } = sampleBase
const flashblocks = flashblocksOf([1, 2, 3, 1])
/** The flashblock of an index of the sample block. */
export const at = (index: number): Flashblock => flashblocks[index] ?? assert.fail()
/** Unix milliseconds of the sample block. */
export const slotMs = Number(timestamp) * 1_000

/** The builder of this node. */
export const self = testIdentity('own builder')
/** The leader of the sample block. */
export const peer = testIdentity('peer').peerId
/** A builder that leads after it. */
export const newer = testIdentity('newer').peerId
/** A builder that stands by. */
export const third = testIdentity('third').peerId

/** Settings of the tests. */
export const options: Options = {
  l2ChainId: 10n,
  blockTimeMs: 2_000n,
  identity: self,
  builders: [peer, newer, third],
  acceptsUnsigned: false,
  ackMs: 20,
}

/** The permission of the sequencer for the leader of the sample block. */
export const authorizationOf = (changes: Partial<BuildAuthorization> = {}): BuildAuthorization => ({
  l2ChainId: 10n,
  parentHash: sampleBase.parentHash,
  number,
  timestamp,
  payloadId: samplePayloadId,
  epoch: 5n,
  builder: peer,
  notAfterMs: timestamp * 1_000n + 1_000n,
  ...changes,
})

/** A permission with its signature. */
export function signed(changes: Partial<BuildAuthorization> = {}) {
  const authorization = authorizationOf(changes)
  return { authorization, signature: signBlock(authorizationHash(authorization), signerKey) }
}

/** The permission for this node. */
export const ownAuthorization = signed({ builder: self.peerId })

/** Another flashblock of index 0. */
export const otherAt0: Flashblock = { ...at(0), diff: { ...at(0).diff, blockHash: filledHash(9) } }

/** A flashblock as a builder sends it: that of the authorization, or the peer. */
export function sentOf(index: number, changes: Partial<SentFlashblock> = {}): SentFlashblock {
  const before = linkAfter(sampleBase.parentHash, flashblocks.slice(0, index))
  const { authorization = signed(), flashblock = at(index), previousLink = before } = changes
  const { builder = authorization.authorization.builder } = changes
  const { diff, payloadId } = flashblock
  const link = linkOf(previousLink, { blockHash: diff.blockHash, index: flashblock.index })
  const isUnsigned = 'authorization' in changes && changes.authorization === undefined
  const epoch = isUnsigned ? 0n : authorization.authorization.epoch
  const hash = flashblockSigningHash({ l2ChainId: 10n, payloadId, epoch, link })
  const signature = identityOfPeer(builder).sign(hash)
  return { number, flashblock, previousLink, authorization, builder, signature, ...changes }
}

/** An event without its time. */
type Timeless<Each> = Each extends unknown ? Omit<Each, 'nowMs'> : never

/** Runs the service without its process. */
export class BuilderRun {
  state: State
  nowMs = slotMs - 1_500
  /** The newest epoch of this node. */
  epoch = 5n

  constructor(changes: Partial<Options> = {}) {
    this.state = initialState({ ...options, ...changes })
    this.do({ kind: 'signer-changed', signer: signerAddress })
  }

  do(event: Timeless<Event>): readonly Effect[] {
    const [next, ...effects] = step(this.state, { ...event, nowMs: this.nowMs })
    this.state = next
    return effects
  }

  built(index: number, epoch = this.epoch) {
    this.epoch = epoch
    return this.do({ kind: 'built', built: { number, epoch, flashblock: at(index) } })
  }

  authorized() {
    return this.do({
      kind: 'authorized',
      payloadId: samplePayloadId,
      epoch: this.epoch,
      signed: ownAuthorization,
    })
  }

  unsigned() {
    return this.do({
      kind: 'authorized',
      payloadId: samplePayloadId,
      epoch: this.epoch,
      signed: undefined,
    })
  }

  sent(index: number, acknowledging: number) {
    return this.do({ kind: 'sent', payloadId: samplePayloadId, index, acknowledging })
  }

  acknowledged(
    index: number,
    status: 'received' | 'executed' | 'refused' = 'received',
    reason = '',
  ) {
    const { blockHash } = at(index).diff
    const acknowledgement = { payloadId: samplePayloadId, index, blockHash, status, reason }
    return this.do({ kind: 'acknowledged', peer, acknowledgement, atMs: this.nowMs })
  }

  arrives(sent: SentFlashblock, from = sent.builder) {
    return this.do({ kind: 'flashblock-arrived', peer: from, sent })
  }

  /** Puts what arrived on the log. */
  appended(effects: readonly Effect[]) {
    return effects.flatMap((effect) =>
      effect.kind === 'append' ? this.do({ kind: 'appended', received: effect.received }) : [],
    )
  }

  checked(index: number, outcome: FlashblockOutcome = { kind: 'executed' }) {
    const { blockHash } = at(index).diff
    const checked = { payloadId: samplePayloadId, index, blockHash, peer, outcome }
    return this.do({ kind: 'checked', checked })
  }
}

/** The kinds of effects. */
export const kinds = (effects: readonly Effect[]) => effects.map(({ kind }) => kind)

/** Indices that became public. */
export const published = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'publish' ? [effect.flashblock.index] : []))

/** Why flashblocks were refused. */
export const reasons = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'report-refused' ? [effect.reason] : []))
