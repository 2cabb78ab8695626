import type { Ban } from '#messages/fetch-peers.ts'
import { payloadReceived } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { payloadHash } from '#protocol/p2p/payload-signature.ts'
import { blocksTopicAt } from '#protocol/p2p/topics.ts'
import { toIsoTime } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import type { Performed } from '#service/actor.ts'
import type { OpenCalls } from '#service/sources.ts'
import { blockBody, signedMessage } from './blocks/signed-block.ts'
import { chainPeer } from './discovery/chain-peer.ts'
import { banReason } from './peers/ban-reason.ts'
import { tryToStore } from './peers/open-peer-store.ts'
import type { Context, Ports } from './ports.ts'
import { report } from './reports/report.ts'
import type { SigningFailure } from './signing/block-signer.ts'
import type { Effect, Event } from './state.ts'

/** Dependencies for carrying out effects. */
export interface Dependencies
  extends
    Pick<Context, 'bus' | 'clock' | 'log' | 'metrics'>,
    Pick<Ports, 'blockSigner' | 'config' | 'discovery' | 'gate' | 'network' | 'store'> {
  readonly calls: OpenCalls
}

/** Returns the function that carries out effects. The actor does not wait for the bus: the results become events. */
export function createPerform(dependencies: Dependencies) {
  const { calls, log, metrics, network, store } = dependencies
  return (effect: Effect): Performed<Event> => {
    switch (effect.kind) {
      case 'judge':
        network.judge(effect.arrival, effect.verdict)
        return []
      case 'store-block':
        return { later: storeBlock(effect.payload, effect.bytes, dependencies) }
      case 'publish':
        return { later: publish(effect, dependencies) }
      case 'answer':
        metrics.published(effect.response.wasPublished ? 'repeated' : 'sent')
        calls.answer(effect)
        return []
      case 'refuse':
        metrics.published('refused')
        calls.refuse(effect.call, effect.fault)
        return []
      case 'search':
        return { later: search(dependencies) }
      case 'fetch-payload':
        return { later: fetchPayload(effect, dependencies) }
      case 'dial':
        return { later: dial(effect, dependencies) }
      case 'disconnect':
        log.debug({ peer: effect.id }, 'disconnects a peer: there are too many')
        return { later: disconnect(effect.id, dependencies) }
      case 'ban':
        return { later: ban(effect, dependencies) }
      case 'score':
        log.debug({ peer: effect.id, deed: effect.deed }, 'the score of a peer changes')
        network.score(effect.id, effect.deed)
        return []
      case 'remember-peers':
        tryToStore(log, () => store.putPeers(effect.peers, effect.nowMs))
        return []
      case 'forget-peer':
        tryToStore(log, () => store.removePeer(effect.id))
        return []
      case 'report-block':
      case 'report-dial':
      case 'report-topic':
      case 'report-signer':
        report(effect, dependencies)
        return []
    }
  }
}

/** Appends a block to the log from which the engine reads. */
async function storeBlock(
  payload: Payload,
  bytes: number,
  { bus }: Dependencies,
): Promise<readonly Event[]> {
  await bus.append(payloadReceived, { payload })
  return [{ kind: 'block-stored', bytes }]
}

/** Signs a block, and passes it to gossipsub. A failure of gossip must not stop the sequencer. */
async function publish(
  { payload, version }: Extract<Effect, { kind: 'publish' }>,
  { blockSigner, clock, config, log, metrics, network, store }: Dependencies,
): Promise<readonly Event[]> {
  const { blockHash: hash, number } = payload
  const failed = (reason: string, signing?: SigningFailure): readonly Event[] => {
    log.warn({ l2: { number, hash }, reason }, 'a block was not published')
    return [{ kind: 'publish-failed', hash, reason, signing }]
  }
  try {
    if (blockSigner === undefined) throw new Error('there is no signer')
    const body = blockBody(version, payload)
    const startedMs = clock.monotonicMs()
    const signed = await blockSigner.sign(payloadHash(body))
    metrics.signed(signed.outcome, clock.monotonicMs() - startedMs)
    if (signed.outcome !== 'signed') return failed(signed.reason, signed.outcome)
    const data = signedMessage(signed.signature, body)
    const peers = await network.publish(blocksTopicAt(config, payload.timestamp), data)
    log.debug({ l2: { number, hash }, peers, bytes: data.length }, 'block published')
    tryToStore(log, () => store.addSentBlock(hash))
    return [{ kind: 'block-published', hash, peers }]
  } catch (error) {
    const reason = toError(error).message
    return failed(reason)
  }
}

/** Searches for nodes. The nodes of this chain become known peers. The routing table is stored for the next start. */
async function search({
  clock,
  config,
  discovery: opening,
  log,
  metrics,
  store,
}: Dependencies): Promise<readonly Event[]> {
  const discovery = await opening
  const records = (await discovery?.find()) ?? []
  const peers = records
    .map((record) => chainPeer(record, config.l2ChainId))
    .filter((peer) => peer !== undefined)
  const table = discovery?.table() ?? []
  metrics.searched({ nodes: records.length, peers: peers.length, table: table.length })
  tryToStore(log, () => store.setRecords(table))
  return [{ kind: 'search-ended', peers, nowMs: clock.now() }]
}

async function fetchPayload(
  { id, wanted }: Extract<Effect, { kind: 'fetch-payload' }>,
  { clock, log, metrics, network }: Dependencies,
): Promise<readonly Event[]> {
  let answer: Extract<Event, { kind: 'payload-fetched' }>['answer']
  try {
    answer = await network.request(id, wanted)
  } catch (error) {
    log.debug({ l2: wanted, peer: id, reason: toError(error).message }, 'a peer sent no block')
    answer = { kind: 'broken' }
  }
  metrics.fetched(answer.kind)
  return [{ kind: 'payload-fetched', id, answer, nowMs: clock.now() }]
}

async function dial(
  { id, addresses }: Extract<Effect, { kind: 'dial' }>,
  { clock, metrics, network }: Dependencies,
): Promise<readonly Event[]> {
  let failure: string | undefined
  try {
    await network.dial(addresses)
  } catch (error) {
    // A failed dial of several addresses has an error for each address. The first error is reported.
    const { errors = [] } = toError(error) as Error & { readonly errors?: readonly unknown[] }
    failure = errors.length === 0 ? toError(error).message : toError(errors[0]).message
  }
  metrics.dialed(failure === undefined ? 'connected' : 'failed')
  return [{ kind: 'dialed', id, failure, nowMs: clock.now() }]
}

/** Disconnects a peer and refuses it until its ban ends, also after a restart. */
async function ban(
  { id, score, untilMs }: Extract<Effect, { kind: 'ban' }>,
  { clock, gate, log, metrics, network, store }: Dependencies,
): Promise<readonly Event[]> {
  // The peer may still be closing its connection.
  if (gate.deniesPeer(id)) return []
  const { peers } = await network.describe({ known: [] })
  const reason = banReason(score, peers.find((peer) => peer.id === id)?.scores)
  const begun: Ban = { kind: 'peer', name: id, untilMs, reason }
  gate.ban(begun)
  tryToStore(log, () => store.addBan(begun, clock.now()))
  metrics.banned()
  log.info({ peer: id, reason, until: toIsoTime(untilMs) }, 'a peer is banned')
  await network.disconnect(id)
  return []
}

async function disconnect(id: string, { network }: Dependencies): Promise<readonly Event[]> {
  await network.disconnect(id)
  return []
}
