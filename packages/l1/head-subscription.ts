import { WebSocket } from 'undici'
import * as z from 'zod'
import { type Clock, every, sleep } from '#runtime/clock.ts'
import { backoffMs } from '#runtime/backoff.ts'

/** Whose heads, and whom to tell. */
export interface HeadSubscriptionOptions {
  /** Of a WebSocket. */
  readonly url: string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told of each header, as it came. */
  readonly onHeader: (json: unknown) => void
}

/** A connection on which nothing came for so long is given up: it may be dead without either side knowing. */
const silenceMs = 60_000

/** The first pause before it is connected again; each later one is twice as long, up to the last. */
const reconnectBackoff = { firstMs: 1_000, longestMs: 30_000 }

const messageJson = z.looseObject({
  method: z.literal('eth_subscription'),
  params: z.looseObject({ result: z.unknown() }),
})

/** Subscribes to the new heads of an L1 node, again and again, until it is aborted. It may miss some, so who needs all asks besides. */
export async function subscribeHeads(options: HeadSubscriptionOptions): Promise<void> {
  const { clock, signal } = options
  for (let failures = 0; !signal.aborted; failures++) {
    const hadAny = await followOnce(options)
    if (hadAny) failures = 0
    await sleep(clock, backoffMs(reconnectBackoff, failures), signal)
  }
}

/** @returns whether any header came before the connection ended */
function followOnce({ url, clock, signal, onHeader }: HeadSubscriptionOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url)
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

/** What a message tells of a head; undefined for any other message, and for what is none. */
function headerIn(text: string): unknown {
  try {
    const parsed = messageJson.safeParse(JSON.parse(text))
    return parsed.data?.params.result
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
