import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import { blobBytes } from '#protocol/channel/blob.ts'
import { toHex } from '#protocol/codec/hex.ts'
import { isFault } from '#runtime/fault.ts'
import { serveHttp } from '#test/fakes/http-server.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { BeaconClient } from './beacon-client.ts'
import { versionedHashOf } from './blob-commitments.ts'
import { SharedSlotTimes } from './slot-times.ts'

/** Slot 10 of a beacon chain with slots of 12 s. */
const timestamp = 1_000n + 120n
const unset = { genesisTime: undefined, slotMs: undefined }

/** Blobs with invented commitments. A client does not verify the commitments of a trusted endpoint. */
const blobs = [1, 2, 3].map((fill) => {
  const commitment = new Uint8Array(48).fill(fill)
  const blob = new Uint8Array(blobBytes).fill(fill)
  return { blob, commitment, hash: versionedHashOf(commitment) }
})
const wanted = new Set(blobs.map(({ hash }) => hash))

type Reply = (response: ServerResponse) => void

const json =
  (data: unknown): Reply =>
  (response) =>
    void response.end(JSON.stringify({ data }))
const status =
  (code: number, body = ''): Reply =>
  (response) =>
    void response.writeHead(code).end(body)
const text =
  (body: string): Reply =>
  (response) =>
    void response.end(body)

const sidecars = (all: typeof blobs) =>
  json(
    all.map(({ blob, commitment }) => {
      return { index: '0', blob: toHex(blob), kzg_commitment: toHex(commitment) }
    }),
  )

/** The answers of a beacon node by path. Any other path gets status 404. */
interface Paths {
  genesis?: Reply
  spec?: Reply
  blobs?: Reply
  sidecars?: Reply
}

const good: Paths = {
  genesis: json({ genesis_time: '1000' }),
  spec: json({ SECONDS_PER_SLOT: '12' }),
  sidecars: sidecars(blobs),
}

/** A client of a node, and the last parts of the paths that the client requested. */
async function beacon(t: TestContext, paths: Paths, slotTimes = new SharedSlotTimes(900n, unset)) {
  const asked: string[] = []
  const url = await serveHttp(t, ({ incoming }, response) => {
    const path = (incoming.url ?? '').split('?')[0] ?? ''
    asked.push(path.replace(/^\/eth\/v1\/(?:beacon|config)\//, ''))
    const reply = path.endsWith('/genesis')
      ? paths.genesis
      : path.endsWith('/spec')
        ? paths.spec
        : path.includes('/blobs/')
          ? paths.blobs
          : paths.sidecars
    ;(reply ?? status(404))(response)
  })
  const clock = new VirtualClock(0)
  const client = new BeaconClient({
    url,
    timeoutMs: 2_000,
    rounds: 1,
    clock,
    isTrusted: true,
    slotTimes,
  })
  t.after(() => client.close())
  const fetch = async () => {
    const found = await client.fetchBlobs(timestamp, wanted)
    for (const { hash, blob } of blobs) assert.deepEqual(found.get(hash), blob)
  }
  return { fetch, asked, clock }
}

test('if a trusted endpoint returns additional sidecars in another order, the sidecars with the requested commitments are found', async (t) => {
  const other = { ...blobs[0], commitment: new Uint8Array(48).fill(9) } as (typeof blobs)[0]
  const { fetch } = await beacon(t, {
    ...good,
    sidecars: sidecars([...blobs.toReversed(), other]),
  })
  await fetch()
})

test('an answer of a trusted endpoint is refused if its commitments do not have the requested versioned hashes', async (t) => {
  const swapped = blobs.map((each, at) => {
    return { ...each, commitment: new Uint8Array(48).fill(at + 7) }
  })
  const { fetch } = await beacon(t, { ...good, sidecars: sidecars(swapped) })
  await assert.rejects(fetch(), { code: 'l1-invalid', message: /0x01\w+ is not among them/ })
})

const failures: Readonly<Record<string, Reply>> = {
  'status 400': status(400, '{"message":"invalid block id"}'),
  'status 403': status(403, 'forbidden'),
  'status 404': status(404),
  'status 500': status(500, 'internal'),
  'an empty list': json([]),
  'malformed JSON': text('{"data":['),
  'a list in another form': json([{ index: '0' }]),
  'a page of HTML': text('<html>welcome</html>'),
  'other blobs': json([toHex(new Uint8Array(blobBytes))]),
}

for (const [name, reply] of Object.entries(failures))
  test(`if the newer path answers with ${name}, the older path is used, and is tried first from then on`, async (t) => {
    const { fetch, asked } = await beacon(t, { ...good, blobs: reply })
    await fetch()
    await fetch()
    assert.deepEqual(asked.slice(2), ['blobs/10', 'blob_sidecars/10', 'blob_sidecars/10'])
  })

test('if both paths fail, the fault names both failures and the answers of the node', async (t) => {
  const advice = 'the node is not subscribed to all data columns: run it as a supernode'
  const { fetch } = await beacon(t, {
    ...good,
    blobs: status(400, JSON.stringify({ code: 400, message: advice })),
    sidecars: status(404, '{"message":"no sidecars after Fulu"}'),
  })
  await assert.rejects(fetch(), (error) => {
    assert.ok(isFault(error, 'l1-behind'))
    assert.match(error.message, /slot 10, or not any more: .*supernode.*no sidecars after Fulu/)
    return true
  })
})

test('if a server does not answer or limits calls, the other path is not tried', async (t) => {
  const limited = await beacon(t, { ...good, blobs: status(429) })
  await assert.rejects(limited.fetch(), { code: 'rpc-status' })
  assert.deepEqual(limited.asked.slice(2), ['blobs/10'])
  const gone = await beacon(t, { ...good, blobs: (response) => response.destroy() })
  await assert.rejects(gone.fetch(), { code: 'rpc-unreachable' })
  assert.deepEqual(gone.asked.slice(2), ['blobs/10'])
})

test('if the spec of a beacon node has SLOT_DURATION_MS and not SECONDS_PER_SLOT, SLOT_DURATION_MS is used', async (t) => {
  const { fetch, asked } = await beacon(t, { ...good, spec: json({ SLOT_DURATION_MS: '6000' }) })
  await fetch()
  assert.equal(asked[2], 'blobs/20')
})

test('if an archive serves no slot times, the slot times of another endpoint are used, and the archive is queried again a minute later', async (t) => {
  const shared = new SharedSlotTimes(900n, unset)
  const archive = await beacon(t, { sidecars: sidecars(blobs) }, shared)
  await assert.rejects(archive.fetch(), { code: 'no-beacon' })
  const node = await beacon(t, { ...good, sidecars: status(404) }, shared)
  await assert.rejects(node.fetch(), { code: 'l1-behind' })
  archive.asked.length = 0
  await archive.fetch()
  await archive.fetch()
  assert.deepEqual(archive.asked, ['genesis', 'blobs/10', 'blob_sidecars/10', 'blob_sidecars/10'])
  await archive.clock.run(60_000, () => false)
  await archive.fetch()
  assert.deepEqual(archive.asked.slice(4), ['genesis', 'blob_sidecars/10'])
})

test('if the slot times are in the settings or the chain is public, no endpoint is queried for them', async (t) => {
  const paths = { sidecars: sidecars(blobs) }
  const set = new SharedSlotTimes(900n, { genesisTime: 1_000n, slotMs: 3_000n })
  const configured = await beacon(t, paths, set)
  await configured.fetch()
  assert.equal(configured.asked[0], 'blobs/40')
  const mainnet = new SharedSlotTimes(1n, unset)
  assert.deepEqual(mainnet.known, { genesisTime: 1_606_824_023n, slotMs: 12_000n })
})

test('a setting of slot times overrides the answer of the endpoint', async (t) => {
  const slots = new SharedSlotTimes(900n, { genesisTime: undefined, slotMs: 4_000n })
  const { fetch, asked } = await beacon(t, good, slots)
  await fetch()
  assert.equal(asked[2], 'blobs/30')
})
