import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { cacheFile, L1Cache } from '#l1/l1-cache.ts'
import { packL1Block } from '#l1/packed-l1-block.ts'
import { alternativeBranch } from '#records/replay/alternative-branch.ts'
import { parseReplayedBlock } from '#records/replay/replayed-chain.ts'
import { replayL1 } from '#records/replay/replay-record.ts'
import { linesOf, newFolder, recordAgain } from '#test/fakes/record-again.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { trueL1, watchL1 } from '#test/fakes/watched-l1.ts'

const name = 'fork-ecotone'
const folder = join(recordsFolder, name)
const noNode = { l1RpcUrl: undefined, l1BeaconUrl: undefined }

/** The data folder of a da-watcher that has fetched a whole chain. */
async function watchedFolder(t: TestContext): Promise<string> {
  const dataDir = newFolder(t)
  const options = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0, clock: systemClock }
  const l1 = await replayL1(folder, options)
  const { config, blocks } = await trueL1(folder)
  const watched = await watchL1(t, config, {
    l1RpcUrls: [l1.rpcUrl],
    l1BeaconUrls: [l1.beaconUrl],
    dataDir,
  })
  for (const number of blocks.keys()) await watched.fetch({ number })
  await watched.stop()
  await l1.close()
  return dataDir
}

test('a record made from the da-watcher cache equals the replayed record, even if the cache also has another branch', async (t) => {
  const dataDir = await watchedFolder(t)
  const cache = new L1Cache(join(dataDir, cacheFile), { maxBytes: 1e9 })
  const l1 = await linesOf(folder, 'l1.ndjson')
  for (const block of alternativeBranch(l1.slice(3, 6).map(parseReplayedBlock), 'other'))
    cache.putBlock(
      block,
      await packL1Block({ json: { block: block.json, receipts: block.receipts } }),
    )
  cache.close()
  const options = { ...noNode, fromCache: dataDir }
  const { out, recorded } = await recordAgain(t, { name, from: 0, to: 40, options })
  assert.equal(recorded.l2.last, 40n)
  for (const file of ['l1.ndjson', 'l2.ndjson', 'expected.ndjson']) {
    const lines = await linesOf(out, file)
    assert.deepEqual(lines, (await linesOf(folder, file)).slice(0, lines.length), file)
  }
})

test('if the cache does not exist, or both or neither of L1 node and cache are given, a recording fails and leaves no folder', async (t) => {
  const parent = newFolder(t)
  const record = (more: object) => {
    const options = { ...noNode, out: join(parent, 'out'), ...more }
    return recordAgain(t, { name, from: 0, to: 40, options })
  }
  const empty = newFolder(t)
  await assert.rejects(record({ fromCache: empty }), { message: /l1-cache\.sqlite does not exist/ })
  const both = /give exactly one of --l1-rpc-url and --from-cache/
  await assert.rejects(record({}), { message: both })
  await assert.rejects(record({ fromCache: empty, l1RpcUrl: 'http://127.0.0.1:1' }), {
    message: both,
  })
  assert.deepEqual(readdirSync(parent), [])
})
