import { join } from 'node:path'
import {
  checkSigner,
  engineChain,
  payloadRefused,
  publishPayload,
  systemConfig,
} from '#messages/subjects.ts'
import { checkUdpPort } from '#libp2p/check-udp-port.ts'
import type { Discovery } from '#libp2p/discovery.ts'
import { loadNetworkKey } from '#libp2p/network-key-file.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import { sleep } from '#runtime/clock.ts'
import { runActor } from '#service/actor.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import type { Service } from '#service/service.ts'
import { following, OpenCalls, serving, ticking } from '#service/sources.ts'
import type { Settings } from './config.ts'
import { createMetrics } from './metrics.ts'
import { withAdvertisedIp } from './network/host-addresses.ts'
import { checkKeys, checkNumbers, networkSettings, portsOf } from './network/network-settings.ts'
import { type DiscoveryParts, openOwnDiscovery } from './discovery/own-discovery.ts'
import { openNetwork } from './network/open-network.ts'
import { answering } from './requests/answer-request.ts'
import { servingOperators } from './peers/operator-calls.ts'
import { openPeerStore } from './peers/open-peer-store.ts'
import { createPerform } from './perform.ts'
import type { Context, Ports } from './ports.ts'
import { type Event, initialState } from './state.ts'
import { openSigner } from './signing/open-signer.ts'
import { servingAuthorizations } from './signing/sign-authorization.ts'
import { checkingSigner, wrongSignerOf } from './signing/signer-problem.ts'
import { step } from './step.ts'
import { noticesOf, progressOf, waitOf } from './waits.ts'

/** Period at which gossip checks its peers. */
const tickMs = 1_000

/** Limit on the time of a search for peers. */
const searchMs = 10_000

/**
 * Discovery starts this long after the host, because the modules of discovery take a fifth of a second to load, and
 * known peers are dialed first. The first search begins even later.
 */
const discoveryDelayMs = 1_000

/** Exchanges blocks with peers until the signal is aborted. */
export async function run(context: Context, ports: Ports): Promise<void> {
  const { bus, clock, signal, status, metrics } = context
  const { config, network, maxAgeSeconds } = ports
  const { fetches, limits, netrestrict, serves, store } = ports
  const calls = new OpenCalls()
  const sources: Source<Event>[] = [
    (sink) =>
      network.onBlock(
        (block) => void sink.push({ kind: 'block-arrived', nowMs: clock.now(), ...block }),
      ),
    (sink) => {
      const nowMs = clock.now()
      void sink.push({ kind: 'peers-found', peers: store.peers(), nowMs })
      // The tick at the start makes gossip dial the stored peers immediately.
      void sink.push({ kind: 'tick', nowMs, peers: network.peers() })
      return () => undefined
    },
    listeningForRefusals(bus),
    checkingSigner(ports.blockSigner, clock),
    ticking(clock, tickMs, (nowMs) => ({ kind: 'tick', nowMs, peers: network.peers() })),
    following(bus, systemConfig, (update) => ({
      kind: 'system-config-changed',
      update,
      nowMs: clock.now(),
    })),
    serving(bus, { call: publishPayload, calls }, ({ payload }, call) => ({
      kind: 'publish-requested',
      call,
      payload,
    })),
    servingAuthorizations(bus, ports.blockSigner),
    () => {
      const served = bus.serve(checkSigner, async () => ({ problem: wrongSignerOf(latest) }))
      return () => served.stop()
    },
    following(bus, engineChain, (chain) => ({ kind: 'chain-changed', chain })),
    servingOperators({ ...context, ...ports }, () => latest),
  ]
  const signer = ports.blockSigner?.account
  const { peerId } = network
  const canDiscover = ports.discovery !== undefined
  const state = initialState(
    { config, maxAgeSeconds, signer, peerId, limits, netrestrict, canDiscover, fetches },
    { known: ports.staticPeers, sent: store.sentBlocks() },
  )
  let latest = state
  status.setWait(waitOf(state))
  const answer = answering({ ...context, config })
  const endServing = serves ? await network.serve(answer) : undefined
  await runActor({
    state,
    step,
    inbox: new Inbox(sources, { bus, signal }),
    perform: createPerform({ ...context, ...ports, calls }),
    observe: (current) => {
      latest = current
      metrics.observe(current)
      status.setWait(waitOf(current))
      status.progress = progressOf(current)
      status.notices = noticesOf(current, clock.now())
    },
    calls,
  })
  await endServing?.()
}

/**
 * Emits an event for each block that the engine refused. Each refusal counts, so a later event must not replace an
 * earlier one in the queue.
 */
function listeningForRefusals(bus: Context['bus']): Source<Event> {
  return (sink) => {
    const listened = bus.listen(
      payloadRefused,
      ({ block }) => void sink.push({ kind: 'payload-refused', hash: block.hash }),
    )
    return () => listened.stop()
  }
}

/** Runs gossip on the peer-to-peer network of its settings. */
export async function start(service: Service<Settings>): Promise<void> {
  const { log, clock, metrics: registry } = service
  checkNumbers(service.settings)
  const settings = await withAdvertisedIp(service.settings)
  const config = await loadServiceConfig(settings)
  const metrics = createMetrics(registry)
  const { l2ChainId: chainId } = config
  const { dataDir } = settings
  const blockSigner = await openSigner(settings, { clock, l2ChainId: chainId, log })
  const key = await loadNetworkKey(settings.p2pKeyFile ?? join(dataDir, 'p2p-key.hex'))
  checkKeys(key, blockSigner)
  const store = openPeerStore({ path: join(dataDir, 'peers.sqlite'), chainId, log })
  try {
    const onUnban = () => metrics.unbanned()
    const gate = new PeerGate(clock, { bans: store.bans(), blocked: store.blocked(), onUnban })
    const onFailure = (error: Error) =>
      log.warn({ error }, 'a part of gossip failed, and starts again when it is needed')
    const options = {
      config,
      key,
      gate,
      clock,
      onDropped: metrics.received,
      onRpcDropped: metrics.rpcDropped,
      onFailure,
    }
    // Discovery starts later, but a wrong port is reported now.
    if (settings.p2pDiscovery) await checkUdpPort(settings.p2pListenIp, settings.p2pListenUdp)
    const network = await openNetwork(networkSettings(settings, options))
    const ending = new AbortController()
    const own = { ...service, settings, signal: AbortSignal.any([service.signal, ending.signal]) }
    const discovery = settings.p2pDiscovery
      ? startDiscovery(own, { ...options, network, log, store, searchMs })
      : undefined
    try {
      network.prepare()
      log.info({ peerId: network.peerId }, 'host of gossip')
      for (const address of network.addresses) log.info({ address }, 'address for peers')
      const ports = { config, network, discovery, blockSigner, gate, store }
      const running = run({ ...own, metrics }, { ...portsOf(settings), ...ports })
      // Rejects if discovery cannot start.
      await Promise.all([running, discovery])
    } finally {
      ending.abort()
      await Promise.all([closeDiscovery(discovery), network.close()])
    }
  } finally {
    store.close()
    await blockSigner?.close()
  }
}

/** Starts discovery after a pause. Returns undefined if gossip is stopped before. */
async function startDiscovery(
  { clock, log, settings, signal }: Service<Settings>,
  parts: DiscoveryParts,
): Promise<Discovery | undefined> {
  await sleep(clock, discoveryDelayMs, signal)
  if (signal.aborted) return undefined
  const discovery = await openOwnDiscovery(settings, parts)
  log.info({ record: discovery.record }, 'record for discovery')
  return discovery
}

/** Closes discovery if it has started. */
async function closeDiscovery(discovery: Promise<Discovery | undefined> | undefined) {
  const [opened] = await Promise.allSettled([discovery])
  if (opened.status === 'fulfilled') await opened.value?.close()
}
