import { join } from 'node:path'
import type * as z from 'zod'
import { flashblockNumber } from '#messages/built-flashblock.ts'
import {
  fetchFlashblocks,
  flashblockBuilt,
  flashblockChecked,
  flashblockReceived,
} from '#messages/flashblock-subjects.ts'
import { engineChain, systemConfig } from '#messages/subjects.ts'
import { serveFlashblocks } from '#flashblock-stream/stream-server.ts'
import { loadBuilderKey } from '#libp2p/builder-key.ts'
import { parseKnownPeers } from '#libp2p/known-peers.ts'
import { every } from '#runtime/clock.ts'
import { loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import { toError } from '#runtime/fault.ts'
import { runActor } from '#service/actor.ts'
import { Inbox, type Source } from '#service/inbox.ts'
import type { Service } from '#service/service.ts'
import { following, OpenCalls, serving } from '#service/sources.ts'
import type { config as settingsSchema } from './config.ts'
import { createMetrics, registerGauges } from './metrics.ts'
import {
  type BuilderEvents,
  type BuilderNetwork,
  openBuilderNetwork,
} from './network/builder-network.ts'
import { createPerform } from './perform.ts'
import type { Context, Ports } from './ports.ts'
import { followedUrlsOf, FollowedStreams } from './receiving/followed-streams.ts'
import { evidenceIn } from './receiving/evidence.ts'
import { BuilderClocks } from './reports/builder-clocks.ts'
import { type Effect, type Event, initialState, type State } from './state.ts'
import { step } from './step.ts'
import { waitOf } from './waits.ts'

/** Time between two flashblocks that writes to builders are measured by. */
const usualIntervalMs = 250

/** Period at which the status says which builders are connected. */
const peersMs = 1_000

/** Exchanges flashblocks with the other builders, and serves the public stream, until the signal is aborted. */
export async function start(service: Service<z.output<typeof settingsSchema>>): Promise<void> {
  const { clock, log, settings } = service
  const config = await loadServiceConfig(settings)
  const metrics = createMetrics(service.metrics)
  const clocks = new BuilderClocks(clock, log)
  const keyFile = settings.flashblockKeyFile ?? join(settings.dataDir, 'builder-key.hex')
  const key = await loadBuilderKey(keyFile)
  const knownPeers = parseKnownPeers(settings.flashblockKnownPeers)
  const followedUrls = followedUrlsOf(settings.flashblockFollow, knownPeers)
  const stream = await serveFlashblocks({
    host: settings.flashblockStreamHost,
    port: settings.flashblockStreamPort,
    clock,
    onRefused: (why) => metrics.clientRefused(why),
  })
  log.info({ port: stream.port }, 'public stream of flashblocks')
  try {
    await run(
      { ...service, metrics, clocks },
      {
        config,
        acceptsUnsigned: settings.flashblockUnsigned,
        ackMs: settings.flashblockAckMs,
        followedUrls,
        stream,
        evidence: evidenceIn(join(settings.dataDir, 'equivocations'), log),
        openNetwork: async (events) => {
          const network = await openBuilderNetwork({
            ...events,
            l2ChainId: config.l2ChainId,
            key,
            listenIp: settings.flashblockListenIp,
            listenTcp: settings.flashblockListenTcp,
            knownPeers,
            intervalMs: usualIntervalMs,
            clock,
          })
          registerGauges(service.metrics, {
            peers: knownPeers.length === 0 ? undefined : () => connectedOf(network),
            clocks: () => clocks.largestMs / 1_000,
            clients: () => stream.clients,
          })
          log.info(
            { peerId: network.identity.peerId, addresses: network.addresses },
            'host of the builder',
          )
          return network
        },
      },
    )
  } finally {
    await stream.close()
  }
}

/** Passes flashblocks between the engine, the other builders and the public stream. */
export async function run(context: Context, ports: Ports): Promise<void> {
  const { bus, clock, log, metrics, signal, status } = context
  const { config } = ports
  const arrivals = new Arrivals(clock)
  const network = await ports.openNetwork({
    ...arrivals.events,
    onCount: (what) => metrics.counted(what),
    onPeer: (peer, { kind, ...event }) => log.info({ peer, ...event }, `the builder is ${kind}`),
  })
  const calls = new OpenCalls()
  const followed = new FollowedStreams(ports.followedUrls, context)
  const sources: Source<Event>[] = [
    arrivals.source,
    serving(bus, { call: fetchFlashblocks, calls }, (request, call) => {
      return { kind: 'fetch', call, request, nowMs: clock.now() }
    }),
    stored(context),
    built(context),
    ...followed.sources,
    (sink) => {
      const listened = bus.listen(
        flashblockChecked,
        (checked) => void sink.push({ kind: 'checked', checked, nowMs: clock.now() }),
      )
      return () => listened.stop()
    },
    following(bus, engineChain, ({ unsafe }) => ({
      kind: 'head-changed',
      unsafe: unsafe.number,
      nowMs: clock.now(),
    })),
    following(bus, systemConfig, ({ unsafeBlockSigner: signer }) => ({
      kind: 'signer-changed',
      signer,
      nowMs: clock.now(),
    })),
    () => {
      const show = () => {
        const [known, connected] = [network.peers().length, connectedOf(network)]
        const { count: streams, problem: streamProblem } = followed
        status.setWait(waitOf({ known, connected, streams, streamProblem }))
      }
      show()
      return every(clock, peersMs, show)
    },
  ]
  try {
    await runActor<State, Event, Effect>({
      state: initialState({
        l2ChainId: config.l2ChainId,
        blockTimeMs: config.blockTime * 1_000n,
        identity: network.identity,
        builders: network.peers().map(({ id }) => id),
        acceptsUnsigned: ports.acceptsUnsigned,
        ackMs: ports.ackMs,
      }),
      step,
      inbox: new Inbox(sources, { bus, signal }),
      perform: createPerform({ ...context, ...ports, calls, network }),
      calls,
    })
  } finally {
    await network.close()
  }
}

/** Number of connected builders. */
function connectedOf(network: BuilderNetwork): number {
  return network.peers().filter(({ protocolId }) => protocolId !== undefined).length
}

/** The flashblocks of this node's engine, from now on. */
function built({ bus, clock }: Pick<Context, 'bus' | 'clock'>): Source<Event> {
  return (sink) => {
    const ended = new AbortController()
    const pump = async () => {
      const entries = bus.tail(flashblockBuilt, { from: 0n, signal: ended.signal })
      for await (const { value, inContext } of entries)
        await inContext(() => sink.push({ kind: 'built', built: value, nowMs: clock.now() }))
    }
    pump().catch((error: unknown) => sink.fail(toError(error)))
    return () => ended.abort()
  }
}

/**
 * The flashblocks of the block above the unsafe head that are on the log since before this process was started, so that
 * they can be passed on.
 */
function stored({ bus, clock }: Pick<Context, 'bus' | 'clock'>): Source<Event> {
  return (sink) => {
    const ended = new AbortController()
    const startedMs = clock.now()
    const pump = async (from: bigint) => {
      const entries = bus.tail(flashblockReceived, { from, signal: ended.signal })
      for await (const { value: received } of entries) {
        if (received.receivedMs >= startedMs) break
        await sink.push({ kind: 'restored', received, nowMs: clock.now() })
      }
    }
    let isStarted = false
    const chain = bus.follow(engineChain, ({ unsafe }) => {
      if (isStarted) return
      isStarted = true
      const from = flashblockNumber(unsafe.number + 1n, 0)
      pump(from).catch((error: unknown) => sink.fail(toError(error)))
    })
    return () => {
      chain.stop()
      ended.abort()
    }
  }
}

type Sink = Parameters<Source<Event>>[0]

/** Turns what arrives from other builders into events. Before the actor runs, arrivals are dropped: they are sent again. */
class Arrivals {
  readonly #clock: Context['clock']
  #sink: Sink | undefined

  constructor(clock: Context['clock']) {
    this.#clock = clock
  }

  readonly source: Source<Event> = (sink) => {
    this.#sink = sink
    return () => {
      this.#sink = undefined
    }
  }

  get events(): Pick<BuilderEvents, 'onBlock' | 'onFrame'> {
    const push = (event: Event) => void this.#sink?.push(event)
    const now = () => this.#clock.now()
    return {
      onBlock: (peer, { payload, payloadId }) =>
        push({ kind: 'block-arrived', peer, payload, payloadId, nowMs: now() }),
      onFrame: (peer, frame) => {
        switch (frame.kind) {
          case 'flashblock':
            return push({ kind: 'flashblock-arrived', peer, sent: frame.sent, nowMs: now() })
          case 'acknowledgement': {
            const { acknowledgement, atMs } = frame
            return push({ kind: 'acknowledged', peer, acknowledgement, atMs, nowMs: now() })
          }
          case 'request': {
            const { fromIndex, id, leader, payloadId } = frame
            const request = { payloadId, fromIndex, id, leader }
            return push({ kind: 'requested', peer, ...request, nowMs: now() })
          }
          case 'answered':
            return push({ kind: 'answered', peer, id: frame.id, nowMs: now() })
        }
      },
    }
  }
}
