import { WebSocket } from 'undici'
import * as z from 'zod'
import { ServerUrl } from '#json-rpc/server-url.ts'
import { type Clock, every, sleep } from '#runtime/clock.ts'
import { backoffMs } from '#runtime/backoff.ts'

/** The endpoint, and the callback for its heads. */
export interface HeadSubscriptionOptions {
  /** URL of a WebSocket. */
  readonly url: string
  /** Headers of the request that opens the WebSocket. */
  readonly headers: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called with the JSON of each header. */
  readonly onHeader: (json: unknown) => void
}

/** A connection without a message for this time is closed, since it may be dead although neither side noticed this. */
const silenceMs = 60_000

/** Pauses before reconnects. */
const reconnectBackoff = { firstMs: 1_000, longestMs: 30_000 }

const messageJson = z.looseObject({
  method: z.literal('eth_subscription'),
  params: z.looseObject({ result: z.unknown() }),
})

/**
 * Subscribes to the new heads of an L1 node and reconnects until aborted. Heads may be missed, so the caller has to
 * poll as well.
 */
export async function subscribeHeads(options: HeadSubscriptionOptions): Promise<void> {
  const { clock, signal } = options
  for (let failures = 0; !signal.aborted; failures++) {
    const hadAny = await followOnce(options)
    if (hadAny) failures = 0
    await sleep(clock, backoffMs(reconnectBackoff, failures), signal)
  }
}

/** Subscribes over one connection until it ends. @returns whether a header arrived */
function followOnce({
  url,
  headers,
  clock,
  signal,
  onHeader,
}: HeadSubscriptionOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const server = new ServerUrl(url)
    const socket = new WebSocket(server.href, { headers: { ...server.headers, ...headers } })
    let hadAny = false
    let lastMs = clock.monotonicMs()
    const stopWatch = every(clock, silenceMs / 2, () => {
      if (clock.monotonicMs() - lastMs >= silenceMs) end()
    })
    const end = () => {
      stopWatch()
      signal.removeEventListener('abort', end)
      socket.close()
      resolve(hadAny)
    }
    signal.addEventListener('abort', end, { once: true })
    socket.addEventListener('open', () => {
      const call = { jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }
      socket.send(JSON.stringify(call))
    })
    socket.addEventListener('message', ({ data }) => {
      const header = headerIn(String(data))
      if (header === undefined) return
      lastMs = clock.monotonicMs()
      hadAny = true
      onHeader(header)
    })
    socket.addEventListener('close', end)
    socket.addEventListener('error', end)
  })
}

/** The header in a message; undefined for another or a malformed message. */
function headerIn(text: string): unknown {
  try {
    const parsed = messageJson.safeParse(JSON.parse(text))
    return parsed.data?.params.result
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
