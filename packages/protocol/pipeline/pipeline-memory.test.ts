import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { L1Block } from '#protocol/block/l1-block.ts'
import { collectGarbage } from '#test/fakes/collect-garbage.ts'
import { l1Block, l2Block } from '#test/fakes/batch-notation.ts'
import { batcherOf, notedRollup } from '#test/fakes/pipeline-notation.ts'
import { Pipeline } from './pipeline.ts'

const config = notedRollup({ holocene: 0n }, { sequencingWindow: 4n })

/** An L1 block with a log and a blob, referenced by the pipeline only. */
function block(number: number): L1Block {
  const ref = l1Block(number)
  const data = new Uint8Array(131_072)
  const blob = { versionedHash: ref.hash, data }
  return {
    ...ref,
    prevRandao: ref.hash,
    baseFee: 7n,
    excessBlobGas: undefined,
    parentBeaconBlockRoot: undefined,
    logs: [{ address: batcherOf('Z'), topics: [], data: new Uint8Array(8), index: 0 }],
    inboxTransactions: [
      { hash: ref.hash, type: 3, sender: batcherOf('A'), data: new Uint8Array(0), blobs: [blob] },
    ],
  }
}

/** Number of L1 blocks with logs and blobs in memory, after an empty L2 chain was derived from `count` L1 blocks. */
async function heldAfter(
  count: number,
): Promise<{ readonly logs: number; readonly blobs: number }> {
  const { systemConfig } = config.genesis
  let head = { ref: l2Block(12), systemConfig }
  const base = { ...block(2), inboxTransactions: [] }
  const start = { config, base, batcher: batcherOf('A'), safeBlock: () => undefined }
  const pipeline = new Pipeline(start)
  const logs: WeakRef<object>[] = []
  const blobs: WeakRef<object>[] = []
  for (let number = 3; number < 3 + count; number++) {
    for (let output = pipeline.next(head); output.kind !== 'needs-l1-block';) {
      assert.equal(output.kind, 'attributes')
      if (output.kind !== 'attributes') break
      const ref = l2Block(Number(output.parent.number) + 1, Number(output.l1Origin.number))
      head = { ref, systemConfig: output.systemConfig }
      output = pipeline.next(head)
    }
    const pushed = block(number)
    logs.push(new WeakRef(pushed.logs))
    blobs.push(...pushed.inboxTransactions.map((transaction) => new WeakRef(transaction.blobs)))
    assert.equal(pipeline.push(pushed).kind, 'taken')
  }
  await setImmediate()
  collectGarbage()
  const held = (refs: readonly WeakRef<object>[]) => refs.filter((ref) => ref.deref()).length
  // The assertion after this line keeps the pipeline itself in memory until the references are counted.
  const counts = { logs: held(logs), blobs: held(blobs) }
  assert.equal(pipeline.origin.number, BigInt(2 + count))
  return counts
}

// Rules: limit-epochs
test('a pipeline holds only the L1 blocks that may still be an epoch, and the blobs of the newest L1 block only', async () => {
  const { logs, blobs } = await heldAfter(40)
  // The epoch of the head, the sequencing window of 4 L1 blocks after it, and the L1 block that is read.
  assert.ok(logs <= Number(config.sequencingWindow) + 2, `${logs} L1 blocks are held`)
  assert.ok(logs >= Number(config.sequencingWindow))
  assert.ok(blobs <= 1, `blobs of ${blobs} L1 blocks are held`)
})
