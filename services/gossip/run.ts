import { join } from 'node:path'
import type * as z from 'zod'
import { engineChain, publishPayload, systemConfig } from '#messages/subjects.ts'
import { loadNetworkKey, readNetworkKey } from '#libp2p/network-key-file.ts'
import { publicLimits } from '#libp2p/open-host.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import { signerOf } from '#protocol/p2p/payload-signature.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import { version } from '#runtime/version.ts'
import { runActor } from '#service/actor.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import type { Service } from '#service/service.ts'
import { following, OpenCalls, serving, ticking } from '#service/sources.ts'
import type { config as settingsSchema } from './config.ts'
import { createMetrics } from './metrics.ts'
import { hostAddresses } from './network/host-addresses.ts'
import { openNetwork } from './network/open-network.ts'
import { createPerform } from './perform.ts'
import type { Context, Ports } from './ports.ts'
import { type Event, initialState } from './state.ts'
import { step } from './step.ts'
import { progressOf, waitOf } from './waits.ts'

/** Period in which the peers are looked at. */
const tickMs = 1_000

/** Exchanges blocks with peers until the signal is aborted. */
export async function run(context: Context, ports: Ports): Promise<void> {
  const { bus, clock, signal, status, metrics } = context
  const { config, network, maxAgeSeconds, sequencerKey: key } = ports
  const calls = new OpenCalls()
  const sources: Source<Event>[] = [
    (sink) =>
      network.onBlock(
        (block) => void sink.push({ kind: 'block-arrived', nowMs: clock.now(), ...block }),
      ),
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
    following(bus, engineChain, (chain) => ({ kind: 'chain-changed', chain })),
  ]
  const signer = key && signerOf(key)
  const state = initialState({ config, maxAgeSeconds, signer })
  status.setWait(waitOf(state))
  await runActor({
    state,
    step,
    inbox: new Inbox(sources, { bus, signal }),
    perform: createPerform({
      ...context,
      network,
      calls,
      blockKey: key && { l2ChainId: config.l2ChainId, key },
    }),
    observe: (current) => {
      metrics.observe(current)
      status.setWait(waitOf(current))
      status.progress = progressOf(current)
    },
    calls,
  })
}

/** Runs gossip on the peer-to-peer network of its settings. */
export async function start(service: Service<z.output<typeof settingsSchema>>): Promise<void> {
  const { settings, log, clock, metrics: registry } = service
  const config = await loadServiceConfig(settings)
  const metrics = createMetrics(registry)
  const { p2pSequencerKeyFile: keyFile } = settings
  const sequencerKey = keyFile === undefined ? undefined : await readNetworkKey(keyFile)
  const network = await openNetwork({
    key: await loadNetworkKey(settings.p2pKeyFile ?? join(settings.dataDir, 'p2p-key.hex')),
    ...hostAddresses(settings),
    agent: settings.p2pAgent ?? `atoll/${version}`,
    limits: publicLimits,
    gate: new PeerGate(clock),
    l2ChainId: config.l2ChainId,
    messageIdForm: settings.p2pMessageId,
    mesh: {
      d: settings.p2pMeshD,
      dlo: settings.p2pMeshDlo,
      dhi: settings.p2pMeshDhi,
      dlazy: settings.p2pMeshDlazy,
    },
    floodPublish: settings.p2pFloodPublish,
    onBusy: (topic) => metrics.received(topic, 'busy'),
  })
  try {
    log.info({ peerId: network.peerId }, 'gossip as')
    for (const address of network.addresses) log.info({ address }, 'peers find this node at')
    const maxAgeSeconds = BigInt(settings.p2pMaxAgeSeconds)
    await run({ ...service, metrics }, { config, network, maxAgeSeconds, sequencerKey })
  } finally {
    await network.close()
  }
}
