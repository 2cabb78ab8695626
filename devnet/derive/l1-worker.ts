/** The thread that reads and prepares the L1 of a record, ahead of the one that derives: `WorkerL1` starts it. */
import { workerData } from 'node:worker_threads'
import { BlobCommitments } from '#runtime/l1/blob-commitments.ts'
import {
  type L1Answer,
  type L1Request,
  type L1WorkerData,
  packBlocks,
  tellError,
} from './l1-messages.ts'
import type { PreparedL1 } from './l1-source.ts'
import { loadL1, prepareFile, prepareLoaded } from './recorded-l1.ts'

/** What is prepared and not used yet, at most: blocks, and bytes of them. */
const maxAheadBlocks = 64
const maxAheadBytes = 16 * 1_024 * 1_024

/** Blocks that are handed over at once. */
const blocksPerMessage = 8

const { port, folder, view, isVerified, isLoaded } = workerData as L1WorkerData
const options = { view, commitments: isVerified ? new BlobCommitments() : undefined }

/** The one reading that goes on. */
let current: { readonly reading: number; messages: number; bytes: number } | undefined
let wake: () => void = () => undefined

port.on('message', (request: L1Request) => {
  if (request.kind === 'open') {
    void read(request)
  } else if (request.reading === current?.reading) {
    current.messages -= request.messages
    current.bytes -= request.bytes
  }
  wake()
})

const loading = isLoaded ? load() : undefined

async function load() {
  try {
    const blocks = await loadL1(folder, options)
    tell({ kind: 'loaded' })
    return blocks
  } catch (error) {
    tell({ kind: 'failed', reading: undefined, error: tellError(error) })
    return []
  }
}

async function read({ reading, from }: Extract<L1Request, { kind: 'open' }>): Promise<void> {
  const own = { reading, messages: 0, bytes: 0 }
  current = own
  const loaded = await loading
  const blocks =
    loaded === undefined ? prepareFile(folder, from, options) : prepareLoaded(loaded, from, options)
  let batch: PreparedL1[] = []
  const handOver = () => {
    if (batch.length === 0) return
    const packed = packBlocks(batch)
    const bytes = packed.buffer.byteLength
    own.messages++
    own.bytes += bytes
    tell({ kind: 'blocks', reading, blocks: packed.blocks, bytes }, packed.buffer)
    batch = []
  }
  try {
    for await (const block of blocks) {
      batch.push(block)
      if (batch.length < blocksPerMessage) continue
      handOver()
      while (own.messages * blocksPerMessage >= maxAheadBlocks || own.bytes >= maxAheadBytes)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      if (current !== own) return
    }
    handOver()
    tell({ kind: 'end', reading })
  } catch (error) {
    // What came before it is still good.
    handOver()
    tell({ kind: 'failed', reading, error: tellError(error) })
  }
}

function tell(answer: L1Answer, buffer?: ArrayBuffer): void {
  port.postMessage(answer, buffer === undefined ? [] : [buffer])
}
