import { parentPort } from 'node:worker_threads'
import { DasContextJs } from '@crate-crypto/node-eth-kzg'

/**
 * A message from the thread: either the thread is ready for its first blob, or it has computed a commitment (undefined
 * if the bytes are not a blob).
 */
export type CommitmentMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'committed'; readonly commitment: Uint8Array | undefined }

// The setup takes seconds, and each blob takes 50 ms. Both block the thread, so a worker is used. The asynchronous
// functions of the library are not used, because they fail at random outside the main thread.
const context = DasContextJs.create({ usePrecomp: false })

parentPort?.on('message', (blob: Uint8Array) => {
  post({ kind: 'committed', commitment: commit(blob) })
})
post({ kind: 'ready' })

function post(message: CommitmentMessage): void {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message)
}

function commit(blob: Uint8Array): Uint8Array | undefined {
  try {
    return context.blobToKzgCommitment(blob)
    // eslint-disable-next-line atoll/use-caught-error -- the library has no error class for invalid blobs
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
