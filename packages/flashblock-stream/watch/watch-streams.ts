import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import {
  StreamClient,
  type StreamEvent,
  type StreamTimes,
} from '#flashblock-stream/stream-client.ts'
import type { BlockReport } from './block-report.ts'
import { FlashblockWatch } from './flashblock-watch.ts'
import type { SealedOutcome } from './judge-block.ts'
import { fetchSealedBlock } from './sealed-block.ts'
import type { WatchSummary } from './watch-counts.ts'

/** Which streams are followed, and which node has the sealed blocks. */
export interface WatchOptions {
  readonly urls: readonly string[]
  /** A node of the chain. */
  readonly rpc: Pick<JsonRpcClient, 'call'>
  readonly clock: Clock
  /** Ends the watch. */
  readonly signal: AbortSignal
  /** The watch ends when this block, or a later one, is judged; undefined: only by the signal. */
  readonly until: bigint | undefined
  readonly times?: Partial<StreamTimes>
  /** Called for each judged block. */
  readonly onBlock: (report: BlockReport) => void
  /** Called after each flashblock and each judged block. */
  readonly onChange: (watch: FlashblockWatch) => void
  /** Called with a sentence for the operator. */
  readonly onNotice: (text: string) => void
}

/** Time after the end of a block in which it has to be in the chain, in block times, and at least. */
const sealTimeout = { blockTimes: 10, leastMs: 5_000 }

/** Pause between two questions for a block, in block times, and at least. */
const askAgain = { blockTimes: 1 / 8, leastMs: 50 }

/** Pause while no block has ended. */
const idleMs = 50

/** Follows streams and judges each block, until the signal or a block ends the watch. */
export async function watchStreams(options: WatchOptions): Promise<WatchSummary> {
  const { clock, onBlock, onChange, signal, until, urls } = options
  const watch = new FlashblockWatch(urls.length)
  const clients = urls.map((url, stream) => follow(url, stream, { ...options, watch }))
  try {
    while (!signal.aborted) {
      const next = watch.toCheck(clock.monotonicMs())
      if (next === undefined) {
        await sleep(clock, idleMs, signal)
        continue
      }
      const outcome = await outcomeOf(next, watch.blockMs, options)
      if (outcome === undefined) break
      const report = watch.settle(next.number, outcome, clock.monotonicMs())
      if (report !== undefined) onBlock(report)
      onChange(watch)
      if (until !== undefined && next.number >= until) break
    }
  } finally {
    for (const client of clients) client.stop()
  }
  return watch.summary
}

function follow(
  url: string,
  stream: number,
  { clock, onChange, onNotice, times, watch }: WatchOptions & { readonly watch: FlashblockWatch },
): StreamClient {
  let isConnected = false
  let noticed: string | undefined
  const client: StreamClient = new StreamClient({
    url,
    clock,
    times,
    onFlashblock: (arrived) => {
      watch.take(stream, arrived)
      onChange(watch)
    },
    onEvent: (event) => {
      if (event.kind === 'connected') watch.connected(stream)
      if (event.kind === 'disconnected' && isConnected) watch.disconnected()
      if (event.kind === 'malformed') watch.malformed(event.flaw)
      else isConnected = event.kind === 'connected'
      // What repeats is noticed once: it is counted, too.
      const notice = noticeOf(event)
      const isRepeated =
        event.kind === 'malformed'
          ? (client.malformed.get(event.flaw) ?? 0) > 1
          : notice === noticed
      if (event.kind !== 'malformed') noticed = notice
      if (!isRepeated) onNotice(`${client.name}: ${notice}`)
    },
  })
  return client
}

function noticeOf(event: StreamEvent): string {
  switch (event.kind) {
    case 'connected':
      return 'connected'
    case 'disconnected':
      return `not connected: ${event.reason}`
    case 'malformed':
      return `a frame is malformed (${event.flaw}): ${event.detail}`
  }
}

/** Fetches a block until the node has it, or the time for it is over. @returns undefined if the watch is stopped */
async function outcomeOf(
  { endedMs, number }: { readonly number: bigint; readonly endedMs: number },
  blockMs: number,
  { clock, onNotice, rpc, signal }: WatchOptions,
): Promise<SealedOutcome | undefined> {
  const deadlineMs = endedMs + Math.max(sealTimeout.blockTimes * blockMs, sealTimeout.leastMs)
  let noticed: string | undefined
  while (!signal.aborted) {
    const answer = await ask(rpc, number, signal)
    if (answer !== undefined && 'block' in answer) return { kind: 'sealed', block: answer.block }
    if (clock.monotonicMs() >= deadlineMs)
      return answer === undefined
        ? { kind: 'never-came' }
        : { kind: 'unchecked', reason: answer.error.message }
    const reason = answer?.error.message
    if (reason !== undefined && reason !== noticed && !signal.aborted)
      onNotice(`block ${number} cannot be fetched: ${reason}`)
    noticed = reason
    await sleep(clock, Math.max(askAgain.blockTimes * blockMs, askAgain.leastMs), signal)
  }
  return undefined
}

/** Asks once. @returns undefined if the node does not have the block */
async function ask(rpc: WatchOptions['rpc'], number: bigint, signal: AbortSignal) {
  try {
    const block = await fetchSealedBlock(rpc, number, signal)
    return block === undefined ? undefined : { block }
  } catch (error) {
    if (!isFault(error) && !(error instanceof JsonRpcError) && !(error instanceof DecodeError))
      throw error
    return { error }
  }
}
