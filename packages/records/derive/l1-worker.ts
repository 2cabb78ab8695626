/** Thread that reads and prepares the L1 of a record ahead of derivation; started by `WorkerL1`. */
import { workerData } from 'node:worker_threads'
import { BlobCommitments } from '#l1/blob-commitments.ts'
import { Ahead } from './ahead.ts'
import {
  type L1Answer,
  type L1Request,
  type L1WorkerData,
  packBlocks,
  serializeError,
} from './l1-messages.ts'
import type { SourcedL1Block } from './l1-source.ts'
import { loadL1, prepareL1 } from './recorded-l1.ts'

/** Blocks in a message. */
const blocksPerMessage = 8

/** The thread pauses at this number of unconsumed messages or bytes. The last message may exceed the limit on bytes. */
const aheadLimits = { messages: 64 / blocksPerMessage, bytes: 16 * 1_024 * 1_024 }

const { port, folder, view, isVerified, isLoaded } = workerData as L1WorkerData
const options = { folder, view, commitments: isVerified ? new BlobCommitments() : undefined }

/** Number of the last reading that was requested, and the limit on what it sends ahead; undefined before the first. */
let current: { readonly reading: number; readonly ahead: Ahead } | undefined

port.on('message', (request: L1Request) => {
  const { reading } = request
  if (request.kind === 'open') {
    current?.ahead.end()
    const ahead = new Ahead(aheadLimits)
    current = { reading, ahead }
    void read(request, ahead)
  } else if (reading === current?.reading) current.ahead.use(request)
})

port.once('close', () => process.exit())

const loading = isLoaded ? load() : undefined

async function load() {
  try {
    const blocks = await loadL1(options)
    tell({ kind: 'loaded' })
    return blocks
  } catch (error) {
    tell({ kind: 'failed', reading: undefined, error: serializeError(error) })
    return []
  }
}

async function read(
  { reading, from }: Extract<L1Request, { kind: 'open' }>,
  ahead: Ahead,
): Promise<void> {
  const blocks = prepareL1(options, from, await loading)
  let batch: SourcedL1Block[] = []
  const handOver = () => {
    if (batch.length === 0) return
    const packed = packBlocks(batch)
    const bytes = packed.buffer.byteLength
    ahead.add(bytes)
    tell({ kind: 'blocks', reading, blocks: packed.blocks, bytes }, packed.buffer)
    batch = []
  }
  try {
    for await (const block of blocks) {
      batch.push(block)
      if (batch.length < blocksPerMessage) continue
      handOver()
      await ahead.room()
      if (ahead.isEnded) return
    }
    handOver()
    tell({ kind: 'end', reading })
  } catch (error) {
    // Blocks before the error are still sent.
    handOver()
    tell({ kind: 'failed', reading, error: serializeError(error) })
  }
}

function tell(answer: L1Answer, buffer?: ArrayBuffer): void {
  port.postMessage(answer, buffer === undefined ? [] : [buffer])
}
