import { StreamClient, type StreamEvent } from '#flashblock-stream/stream-client.ts'
import { originOf } from '#json-rpc/server-url.ts'
import type { Source } from '#service/inbox.ts'
import type { Context } from '#services/flashblock-p2p/ports.ts'
import type { Event } from '#services/flashblock-p2p/state.ts'

/** Public streams that this node follows. Each is connected again whenever it ends or is silent. */
export class FollowedStreams {
  readonly #urls: readonly string[]
  readonly #context: Pick<Context, 'clock' | 'log' | 'metrics'>
  /** Why a stream does not give flashblocks, by URL; undefined for one that is connected. */
  readonly #problems = new Map<string, string | undefined>()

  constructor(urls: readonly string[], context: Pick<Context, 'clock' | 'log' | 'metrics'>) {
    this.#urls = urls
    this.#context = context
    for (const url of urls) this.#problems.set(url, 'it is not connected yet')
  }

  /** A source for each stream. */
  get sources(): readonly Source<Event>[] {
    return this.#urls.map((url) => (sink) => {
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

  /** Why no stream gives flashblocks; undefined if one does, or none is followed. */
  get problem(): string | undefined {
    const problems = [...this.#problems.values()]
    return problems.includes(undefined) ? undefined : problems[0]
  }

  #note(url: string, event: StreamEvent): void {
    const { log, metrics } = this.#context
    const stream = originOf(url)
    metrics.streamEvent(stream, event.kind)
    const problem = problemOf(event)
    // What repeats is logged once: it is counted, too.
    if (problem === this.#problems.get(url)) return
    this.#problems.set(url, problem)
    if (problem === undefined) log.info({ stream }, 'connected to a stream of flashblocks')
    else log.warn({ stream, problem }, 'a stream gives no flashblocks')
  }
}

function problemOf(event: StreamEvent): string | undefined {
  switch (event.kind) {
    case 'connected':
      return undefined
    case 'disconnected':
      return event.reason
    case 'malformed':
      return `a frame is malformed (${event.flaw}): ${event.detail}`
  }
}
