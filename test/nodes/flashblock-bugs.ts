import type { BuilderFrame, SentFlashblock } from '#messages/builder-frame.ts'
import { authorizationHash } from '#protocol/flashblock/authorization.ts'
import { flashblockSigningHash } from '#protocol/flashblock/builder-signature.ts'
import { linkOf } from '#protocol/flashblock/link.ts'
import { signBlock } from '#protocol/p2p/payload-signature.ts'
import type { FlashblockStore } from '#services/engine/flashblocks/flashblock-store.ts'
import { KeptFlashblocks } from '#services/engine/flashblocks/kept-flashblocks.ts'
import type { BuilderEvents } from '#services/flashblock-p2p/network/builder-network.ts'
import { signerKey } from '#test/fakes/block-messages.ts'
import { identityOfPeer } from '#test/fakes/builder-identities.ts'

/** Planted bugs of nodes with flashblocks, which the simulation must find. */
export type FlashblockBug =
  /** The engine publishes and acknowledges flashblocks that a restart loses. */
  | 'published-before-stored'
  /** A new leader goes on from the flashblock before the newest one. */
  | 'shorter-prefix'
  /** A builder accepts flashblocks of leaders that were replaced. */
  | 'no-epoch-check'

/** The parts of a node that a bug replaces. */
export interface FlashblocksBroken {
  /** The flashblocks that an engine keeps in its store. */
  readonly kept: (store: FlashblockStore) => KeptFlashblocks
  /** What a builder does with frames of other builders. */
  readonly events: (events: BuilderEvents) => BuilderEvents
}

/** The parts with the given bug; without a bug, the unchanged parts. */
export function withFlashblockBug(bug: FlashblockBug | undefined): FlashblocksBroken {
  const sound: FlashblocksBroken = {
    kept: (store) => new KeptFlashblocks(store),
    events: (events) => events,
  }
  switch (bug) {
    case undefined:
      return sound
    case 'published-before-stored':
      return { ...sound, kept: (store) => new KeptFlashblocks(forgetting(store)) }
    case 'shorter-prefix':
      return { ...sound, kept: (store) => new ShorterPrefixes(store) }
    case 'no-epoch-check':
      return { ...sound, events: renewingEpochs }
  }
}

/** A store that forgets what it gets. */
function forgetting(store: FlashblockStore): FlashblockStore {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (name === 'put') return () => undefined
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** Kept flashblocks whose prefixes lack the newest one. */
class ShorterPrefixes extends KeptFlashblocks {
  override prefixes(...args: Parameters<KeptFlashblocks['prefixes']>) {
    return super.prefixes(...args).map((prefix) => {
      const index = prefix.index - 1
      const payload = this.assembly(prefix.payloadId)?.payload(index)
      return payload === undefined ? prefix : { ...prefix, index, payload }
    })
  }
}

/** Events in which each flashblock has an epoch of now, signed by the sequencer and its builder. */
function renewingEpochs(events: BuilderEvents): BuilderEvents {
  let epoch = 2n ** 62n
  const renewed = (frame: Exclude<BuilderFrame, { kind: 'hello' }>) => {
    if (frame.kind !== 'flashblock' || frame.sent.authorization === undefined) return frame
    const authorization = { ...frame.sent.authorization.authorization, epoch: ++epoch }
    const signed = {
      authorization,
      signature: signBlock(authorizationHash(authorization), signerKey),
    }
    return { ...frame, sent: signedAgain({ ...frame.sent, authorization: signed }) }
  }
  return { ...events, onFrame: (peer, frame) => events.onFrame(peer, renewed(frame)) }
}

/** A flashblock with a signature of its builder over its changed authorization. */
function signedAgain(sent: SentFlashblock): SentFlashblock {
  const { authorization, flashblock, previousLink } = sent
  const { diff, index, payloadId } = flashblock
  const { epoch = 0n, l2ChainId = 0n } = authorization?.authorization ?? {}
  const link = linkOf(previousLink, { blockHash: diff.blockHash, index })
  const hash = flashblockSigningHash({ epoch, l2ChainId, link, payloadId })
  return { ...sent, signature: identityOfPeer(sent.builder).sign(hash) }
}
