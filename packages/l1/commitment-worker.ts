import { parentPort } from 'node:worker_threads'
import { DasContextJs } from '@crate-crypto/node-eth-kzg'

/** What the thread says: that it is ready for its first blob, or what a blob is committed to; undefined if it is no blob. */
export type CommitmentMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'committed'; readonly commitment: Uint8Array | undefined }

// The setup takes seconds and each blob 50 ms, and both block their thread: that is why it is one of its own. The functions of the
// library that do not block fail at random on a thread that is not the main one.
const context = DasContextJs.create({ usePrecomp: false })

parentPort?.on('message', (blob: Uint8Array) => {
  say({ kind: 'committed', commitment: commit(blob) })
})
say({ kind: 'ready' })

function say(message: CommitmentMessage): void {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message)
}

function commit(blob: Uint8Array): Uint8Array | undefined {
  try {
    return context.blobToKzgCommitment(blob)
  } catch (error) {
    // The library has no error of its own for it.
    if (error instanceof Error) return undefined
    throw error
  }
}
