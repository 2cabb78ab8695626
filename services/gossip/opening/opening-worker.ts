/** Thread that opens large messages of peers. `OpeningThread` starts the thread. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Address } from '#protocol/primitives.ts'
import type { GossipData } from '#protocol/p2p/gossip-data.ts'
import { openAndCheck, type OpeningRules } from './opened-message.ts'

/**
 * A message to open, or the request to exit. If the thread were terminated in native code, as in a recovery of a signer,
 * the process would crash.
 */
export type OpeningRequest = { readonly topic: string; readonly bytes: Uint8Array } | 'exit'

/**
 * An opened message. If the message cannot be decompressed, its bytes equal the bytes of the request, and are not sent
 * back.
 */
export type OpeningAnswer = { readonly id: Uint8Array } & (
  | {
      readonly kind: 'decompressed'
      readonly bytes: Uint8Array
      readonly signer: Address | undefined
    }
  | Pick<Extract<GossipData, { kind: 'raw' }>, 'kind' | 'problem'>
)

const rules = workerData as OpeningRules

parentPort?.on('message', (request: OpeningRequest) => {
  if (request === 'exit') process.exit()
  const { topic, bytes } = request
  const { id, data, checked } = openAndCheck(topic, bytes, rules)
  if (data.kind === 'raw') return answer({ kind: 'raw', problem: data.problem, id })
  const { buffer, byteLength } = data.bytes
  // Only a whole buffer can be transferred.
  const own = byteLength === buffer.byteLength ? data.bytes : data.bytes.slice()
  answer({ kind: 'decompressed', id, bytes: own, signer: checked?.signer }, own.buffer)
})

function answer(opened: OpeningAnswer, ...transferred: readonly ArrayBufferLike[]): void {
  parentPort?.postMessage(opened, transferred as readonly ArrayBuffer[])
}
