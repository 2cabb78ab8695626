import { parentPort } from 'node:worker_threads'
import { DasContextJs } from '@crate-crypto/node-eth-kzg'

/** A blob, and the number that its answer has. */
export interface CommitmentRequest {
  readonly id: number
  readonly blob: Uint8Array
}

/** What a blob is committed to; undefined if it is no blob. */
export interface CommitmentAnswer {
  readonly id: number
  readonly commitment: Uint8Array | undefined
}

// The setup takes seconds, and blocks its thread: that is why this is one of its own.
const context = DasContextJs.create({ usePrecomp: false })

parentPort?.on('message', ({ id, blob }: CommitmentRequest) => {
  void answer(id, blob)
})

async function answer(id: number, blob: Uint8Array): Promise<void> {
  const commitment = await commit(blob)
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage({ id, commitment } satisfies CommitmentAnswer)
}

async function commit(blob: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    return await context.asyncBlobToKzgCommitment(blob)
  } catch (error) {
    // The library has no error of its own for it.
    if (error instanceof Error) return undefined
    throw error
  }
}
