import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import { readBytes, readToEnd, writeAll } from '#libp2p/stream-bytes.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toError } from '#runtime/fault.ts'
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  maxAnswerBytes,
  type PayloadAnswer,
  requestBytes,
  requestProtocols,
  type Wanted,
} from '#services/gossip/requests/payload-answer.ts'

/** Answers a request; undefined if the peer asks too often, or gossip stops. */
export type AnswerRequest = (peer: string, number: bigint) => Promise<PayloadAnswer | undefined>

type AnyHost = Pick<Libp2p, 'dialProtocol' | 'handle' | 'unhandle'>

/** Timeout for opening a stream. As in op-node. */
const openMs = 5_000

/** Timeout for reading a stream, and for writing it. As in op-node. */
const limits = { timeoutMs: 10_000 }

/** Limit on the open requests of one connection. Libp2p refuses further requests. */
const maxStreams = 16

/** Serves requests for payloads. @returns a function that stops serving them */
export async function servePayloads(
  host: AnyHost,
  config: RollupConfig,
  answer: AnswerRequest,
): Promise<() => Promise<void>> {
  const protocols = [...requestProtocols(config.l2ChainId)]
  const serve = async (stream: Stream, peer: PeerId): Promise<void> => {
    try {
      const number = decodeRequest(await readBytes(stream, requestBytes, limits))
      const answered = await answer(peer.toString(), number)
      if (answered === undefined) stream.abort(new Error('too many requests'))
      else await writeAll(stream, encodeAnswer(config, answered), limits)
    } catch (error) {
      // The peer hung up or is too slow, or this node stops.
      stream.abort(toError(error))
    }
  }
  await host.handle(protocols, (stream, { remotePeer }) => void serve(stream, remotePeer), {
    maxInboundStreams: maxStreams,
  })
  return () => host.unhandle(protocols)
}

/**
 * Asks a peer for a block.
 *
 * @returns the block, or the peer's refusal
 * @throws Error if the peer does not answer, or its answer is malformed or has another block
 */
export async function requestPayload(
  host: AnyHost,
  peer: PeerId,
  { config, wanted }: { readonly config: RollupConfig; readonly wanted: Wanted },
): Promise<PayloadAnswer> {
  const signal = AbortSignal.timeout(openMs)
  const stream = await host.dialProtocol(peer, [...requestProtocols(config.l2ChainId)], { signal })
  try {
    await writeAll(stream, [encodeRequest(wanted.number)], limits)
    return decodeAnswer(config, await readToEnd(stream, maxAnswerBytes, limits), wanted)
  } catch (error) {
    stream.abort(toError(error))
    throw error
  }
}
