import { StreamClient, type StreamEvent } from '#flashblock-stream/stream-client.ts'
import { originOf } from '#json-rpc/server-url.ts'
import { Fault } from '#runtime/fault.ts'
import type { Source } from '#service/inbox.ts'
import type { Context } from '#services/flashblock-p2p/ports.ts'
import type { Event } from '#services/flashblock-p2p/state.ts'

/** The streams to follow. @throws Fault `settings` for a node that has other builders, too */
export function followedUrlsOf(
  urls: readonly string[] | undefined,
  knownPeers: readonly unknown[],
): readonly string[] {
  if (urls !== undefined && knownPeers.length > 0)
    throw new Fault('settings', {
      detail:
        '--flashblock-follow and --flashblock-known-peers exclude each other: a builder gets the flashblocks of other builders with signatures; without them, it could neither pass them on nor take them over',
    })
  return urls ?? []
}

/** Time in which a stream that connects and disconnects again and again is logged once. */
const logAgainMs = 60_000

/** Public streams that this node follows. Each is connected again whenever it ends or is silent. */
export class FollowedStreams {
  readonly #context: Pick<Context, 'clock' | 'log' | 'metrics'>
  /** Why a stream is not connected, by URL; undefined for one that is connected. */
  readonly #problems: Map<string, string | undefined>
  /** When a stream was last logged, by URL, on the monotonic clock. */
  readonly #loggedMs = new Map<string, number>()

  constructor(urls: readonly string[], context: Pick<Context, 'clock' | 'log' | 'metrics'>) {
    this.#context = context
    this.#problems = new Map(urls.map((url) => [url, 'it is not connected yet']))
  }

  /** A source for each stream. */
  get sources(): readonly Source<Event>[] {
    return [...this.#problems.keys()].map((url) => (sink) => {
      const stream = originOf(url)
      const client = new StreamClient({
        url,
        clock: this.#context.clock,
        onFlashblock: ({ arrivedUnixMs: nowMs, flashblock }) =>
          void sink.push({ kind: 'stream-arrived', stream, flashblock, nowMs }),
        onEvent: (event) => this.#note(url, event),
      })
      return () => client.stop()
    })
  }

  /** Number of streams. */
  get count(): number {
    return this.#problems.size
  }

  /** Why no stream is connected; undefined if one is, or none is followed. */
  get problem(): string | undefined {
    const problems = [...this.#problems.values()]
    return problems.includes(undefined) ? undefined : problems[0]
  }

  #note(url: string, event: StreamEvent): void {
    const { clock, log, metrics } = this.#context
    const stream = originOf(url)
    metrics.streamEvent(event.kind)
    // The text comes from the server.
    log.debug({ stream, ...event }, 'stream of flashblocks')
    if (event.kind === 'malformed') return
    this.#problems.set(url, event.kind === 'connected' ? undefined : event.reason)
    const nowMs = clock.monotonicMs()
    if (nowMs - (this.#loggedMs.get(url) ?? -logAgainMs) < logAgainMs) return
    this.#loggedMs.set(url, nowMs)
    if (event.kind === 'connected') log.info({ stream }, 'connected to a stream of flashblocks')
    else log.warn({ stream }, 'a stream of flashblocks is not connected; the status says why')
  }
}
