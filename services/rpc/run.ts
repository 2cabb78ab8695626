import type * as z from 'zod'
import { derivationTargets, engineChain, l1Heads } from '#messages/subjects.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import { readHexKey } from '#runtime/keys/hex-key.ts'
import { fullVersion } from '#runtime/version.ts'
import { runActor } from '#service/actor.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import type { Service } from '#service/service.ts'
import { following } from '#service/sources.ts'
import { NodeCalls } from './blocks/node-calls.ts'
import type { config as settingsSchema } from './config.ts'
import { openExecution } from './execution/open-execution.ts'
import { HeadFeed } from './heads/head-feed.ts'
import { adminMethods } from './methods/admin-methods.ts'
import { optimismMethods } from './methods/optimism-methods.ts'
import { readParams } from './methods/params.ts'
import { peerMethods } from './methods/peer-methods.ts'
import { sequencerMethods, verifierMethods } from './methods/sequencer-methods.ts'
import { type HeadFeeds, subscribeMethods } from './methods/subscribe-methods.ts'
import { superrootMethods } from './methods/superroot-methods.ts'
import { createMetrics, registerGauges } from './metrics.ts'
import { createPerform } from './perform.ts'
import { openPending } from './pending/open-pending.ts'
import type { Context, Ports } from './ports.ts'
import { openServers } from './serve/open-servers.ts'
import { readDependencySet } from './serve/read-dependency-set.ts'
import { type Event, type HeadName, initialState } from './state.ts'
import { View } from './status/view.ts'
import { step } from './step.ts'
import { waitOf } from './waits.ts'

/**
 * Answers clients until the signal is aborted. Any number of instances may run, since an instance has no state of its
 * own.
 */
export async function run(context: Context, ports: Ports): Promise<void> {
  const { bus, clock, log, metrics, registry, signal, status } = context
  const view = new View()
  const calls = new NodeCalls(bus, context)
  const feed = (head: HeadName) =>
    new HeadFeed({
      hasEachBlock: head === 'unsafe',
      calls,
      clock,
      log,
      onNotify: (subscribers) => metrics.notified(head, subscribers),
    })
  const feeds: HeadFeeds = {
    unsafe: feed('unsafe'),
    safe: feed('safe'),
    finalized: feed('finalized'),
  }
  const node = { ...ports, view, calls, clock }
  const health = (params: readonly unknown[]) => {
    readParams(params)
    return ports.version
  }
  const pending = openPending(context, ports, feeds.unsafe)
  const servers = await ports.serve({
    methods: {
      ...pending?.methods,
      ...optimismMethods(node),
      ...superrootMethods(node),
      ...(ports.hasPeers && peerMethods(node)),
      ...subscribeMethods(feeds, calls),
      health_status: health,
    },
    adminMethods: {
      ...adminMethods({ bus, calls, log, view }),
      ...(ports.hasSequencer ? sequencerMethods({ calls, log }) : verifierMethods),
    },
    passOn: pending?.passOn,
    onCall: (...call) => metrics.called(...call),
    onRefused: (why) => metrics.refused(why),
    healthz: { version: ports.version },
    reasonsNotReady: () => status.reasonsNotReady(),
  })
  registerGauges(registry, {
    sockets: () => servers.sockets(),
    subscriptions: () =>
      Object.values(feeds).reduce((sum, { size }) => sum + size, pending?.subscriptions() ?? 0),
  })
  const sources: Source<Event>[] = [
    following(bus, l1Heads, (l1) => ({ kind: 'l1-changed', l1 })),
    following(bus, engineChain, (chain) => ({ kind: 'chain-changed', chain })),
    following(bus, derivationTargets, (targets) => ({ kind: 'targets-changed', targets })),
    ...(pending?.sources ?? []),
  ]
  try {
    status.setWait(waitOf(initialState))
    await runActor({
      state: initialState,
      step,
      inbox: new Inbox(sources, { bus, signal }),
      perform: createPerform({ view, feeds, pending: pending?.work }),
      observe: (state) => status.setWait(waitOf(state)),
    })
  } finally {
    await servers.close()
  }
}

/** Runs rpc with the servers in its settings. */
export async function start(service: Service<z.output<typeof settingsSchema>>): Promise<void> {
  const { clock, log, settings, metrics: registry } = service
  const { rpcAdminAddr, rpcAdminPort, rpcAdminTokenFile: tokenFile, rpcCors } = settings
  const config = await loadServiceConfig(settings)
  const admin =
    tokenFile === undefined
      ? undefined
      : { host: rpcAdminAddr, port: rpcAdminPort, token: await readHexKey(tokenFile) }
  const servers = {
    host: settings.rpcAddr,
    port: settings.rpcPort,
    cors: rpcCors.includes('*') ? ('*' as const) : rpcCors,
    maxRequestsPerClient: settings.rpcMaxRequestsPerClient,
    bansClients: settings.rpcBanClients,
    admin,
  }
  const execution = openExecution(settings, clock)
  try {
    await run(
      { ...service, metrics: createMetrics(registry), registry },
      {
        config,
        execution,
        dependencySet: await readDependencySet(settings, config),
        hasPeers: !settings.p2pDisable,
        hasSequencer: settings.sequencerEnabled,
        version: fullVersion(),
        serve: (served) => openServers(servers, served, { clock, log }),
      },
    )
  } finally {
    await execution?.close()
  }
}
