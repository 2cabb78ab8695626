import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { replayL1 } from '#records/replay/replay-record.ts'
import { serveHttp } from '#test/fakes/http-server.ts'
import { type Misbehaviour, page, stall } from '#test/fakes/faulty-l1.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { trueL1, watchL1 } from '#test/fakes/watched-l1.ts'

const folder = join(recordsFolder, 'fork-ecotone')
const { config, blocks } = await trueL1(folder)
const number = blocks.findIndex(({ inboxTransactions }) =>
  inboxTransactions.some(({ blobs }) => blobs.length > 0),
)

type Blobs = readonly string[]

/** Blobs, or sidecars. */
type Answered = readonly (string | { readonly blob: string })[]

/** A beacon node that changes the blobs that it serves, or does not answer like a beacon node. */
type Beacon = ((blobs: Blobs) => Blobs) | { readonly misbehave: Misbehaviour }

async function l1With(t: TestContext, beacon: Beacon) {
  const options = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0, clock: systemClock }
  const l1 = await replayL1(folder, options)
  t.after(() => l1.close())
  let requests = 0
  const url = await serveHttp(t, ({ incoming }, response) => {
    const path = incoming.url ?? ''
    const isBlobs = path.includes('/blob')
    if (isBlobs) requests++
    if ('misbehave' in beacon && isBlobs) {
      beacon.misbehave(response, incoming)
      return
    }
    void (async () => {
      const { data } = (await (await fetch(`${l1.beaconUrl}${path}`)).json()) as { data: Answered }
      const answered = isBlobs && !('misbehave' in beacon) ? changed(data, beacon) : data
      response.end(JSON.stringify({ data: answered }))
    })()
  })
  return { l1, bad: url, asked: () => requests }
}

/** An answer of blobs or sidecars, with changed blobs. */
function changed(data: Answered, change: (blobs: Blobs) => Blobs): Answered {
  const blobs = change(data.map((each) => (typeof each === 'string' ? each : each.blob)))
  return blobs.map((blob, at) => {
    const given = data[at]
    return typeof given === 'object' ? { ...given, blob } : blob
  })
}

const cut = (blobs: Blobs) => blobs.map((blob) => blob.slice(0, -64))
const others = (blobs: Blobs) => blobs.map((blob) => blob.replace(/^0x../u, '0x01'))

for (const [name, beacon, words] of [
  [
    'blobs that end too early',
    cut,
    /it returned \d+ blobs for slot \d+, and 0x01\w+ is not among them/,
  ],
  ['other blobs', others, /it returned \d+ blobs for slot \d+, and 0x01\w+ is not among them/],
  ['no blobs', () => [], /it does not have the blobs of slot \d+, or not any more/],
  ['a status of 429', { misbehave: page(429, { 'retry-after': '5' }) }, /HTTP status 429/],
  ['a page of HTML', { misbehave: page(200) }, /rpc-response/],
  ['no answer at all', { misbehave: stall }, /rpc-timeout/],
] as const)
  test(`if a beacon node gives ${name}, another node is queried; without another node, da-watcher waits and reports why`, async (t) => {
    const { l1, bad, asked } = await l1With(t, beacon)
    const l1RpcUrls = [l1.rpcUrl]
    const helped = await watchL1(t, config, { l1RpcUrls, l1BeaconUrls: [bad, l1.beaconUrl] })
    assert.deepEqual(await helped.fetch({ number }), { kind: 'block', block: blocks[number] })
    assert.ok(asked() > 0)
    await helped.stop()
    const alone = await watchL1(t, config, { l1RpcUrls, l1BeaconUrls: [bad] })
    await assert.rejects(alone.fetch({ number }), { code: 'blobs-missing', message: words })
    assert.ok(alone.waits.some((what) => /^L1 block \d+: /.test(what) && words.test(what)))
  })

test('if blobs were pruned, they come from an archive', async (t) => {
  const { l1, bad } = await l1With(t, () => [])
  const watched = await watchL1(t, config, {
    l1RpcUrls: [l1.rpcUrl],
    l1BeaconUrls: [bad],
    l1BeaconArchiveUrls: [l1.beaconUrl],
  })
  assert.deepEqual(await watched.fetch({ number }), { kind: 'block', block: blocks[number] })
})

test('blobs of other senders are not fetched, and without a beacon node the error names the setting', async (t) => {
  const { l1 } = await l1With(t, () => [])
  const watched = await watchL1(t, config, { l1RpcUrls: [l1.rpcUrl] })
  const batcherAddress = config.batchInboxAddress
  const answer = await watched.fetch({ number, batcherAddress })
  assert.ok(answer.kind === 'block' && answer.block.inboxTransactions.length === 0)
  await assert.rejects(watched.fetch({ number }), { message: /give --l1-beacon-urls/ })
})
