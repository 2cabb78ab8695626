import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Address, Hash } from '#protocol/primitives.ts'
import { systemClock } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { BeaconClient } from '#l1/beacon-client.ts'
import { BlobCommitments } from '#l1/blob-commitments.ts'
import { parseL1Block } from '#l1/unverified-l1-block.ts'
import { flawOfL1Block, flawOfL1Receipts } from '#l1/verify-l1-block.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { serveHttp } from '#test/fakes/http-server.ts'
import { linesOf } from '#test/fakes/record-again.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { openSocket } from '#test/fakes/web-socket-client.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { replayL1, type ReplayL1Options } from './replay-record.ts'

type Json = Record<string, unknown>

const record = join(recordsFolder, 'fork-ecotone')
const lines = (await linesOf(record, 'l1.ndjson')) as readonly {
  block: { hash: string; timestamp: string; transactions: { hash: string }[] }
  receipts: Json[]
  blobs?: { versionedHash: Hash; blob: string }[]
}[]
const clientOptions = { timeoutMs: 10_000, rounds: 2, clock: systemClock }
const commitments = new BlobCommitments()

async function replayed(t: TestContext, folder = record, more: Partial<ReplayL1Options> = {}) {
  const options = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0, clock: systemClock, ...more }
  const l1 = await replayL1(folder, options)
  const rpc = new JsonRpcClient({ endpoints: [{ url: l1.rpcUrl }], ...clientOptions })
  t.after(async () => {
    await rpc.close()
    await l1.close()
  })
  return { ...l1, ask: (method: string, ...params: unknown[]) => rpc.call(method, params) }
}

test('blocks and receipts are served as recorded', async (t) => {
  const { ask } = await replayed(t)
  assert.equal(await ask('eth_chainId'), '0x384')
  assert.equal(await ask('eth_blockNumber'), '0xb')
  for (const [number, { block, receipts }] of lines.entries()) {
    const quantity = `0x${number.toString(16)}`
    const hashes = block.transactions.map(({ hash }) => hash)
    assert.deepEqual(await ask('eth_getBlockByNumber', quantity, true), block)
    assert.deepEqual(await ask('eth_getBlockByHash', block.hash, true), block)
    assert.deepEqual(await ask('eth_getBlockByHash', block.hash, false), {
      ...block,
      transactions: hashes,
    })
    assert.deepEqual(await ask('eth_getBlockReceipts', quantity), receipts)
    assert.deepEqual(await ask('eth_getBlockReceipts', block.hash), receipts)
    for (const [at, hash] of hashes.entries())
      assert.deepEqual(await ask('eth_getTransactionReceipt', hash), receipts[at])
  }
})

test('labels follow the head, and blocks above the head are not found', async (t) => {
  const { ask, chain } = await replayed(t)
  const numberOf = async (label: string) =>
    ((await ask('eth_getBlockByNumber', label, false)) as Json | null)?.['number']
  assert.equal(await numberOf('latest'), '0xb')
  assert.equal(await numberOf('finalized'), '0x0')
  chain.moveHead(5n)
  assert.equal(await numberOf('latest'), '0x5')
  assert.equal(await numberOf('0x5'), '0x5')
  assert.equal(await numberOf('0x6'), undefined)
  assert.equal(await ask('eth_getBlockByHash', lines[6]?.block.hash, true), null)
  assert.equal(await ask('eth_getBlockReceipts', '0x6'), null)
})

test('L1 block 0 is made up for a record that begins later, with a valid hash', async (t) => {
  const { ask, chain } = await replayed(t, join(recordsFolder, 'late-genesis'))
  const block = (await ask('eth_getBlockByNumber', '0x0', true)) as Json
  const parsed = parseL1Block(block)
  const { header, hash } = parsed
  assert.equal(header.number, 0n)
  assert.equal(flawOfL1Block(parsed), undefined)
  assert.equal(flawOfL1Receipts(parsed, []), undefined)
  assert.deepEqual(await ask('eth_getBlockByHash', hash, true), block)
  assert.deepEqual(await ask('eth_getBlockReceipts', '0x0'), [])
  const { first } = chain
  assert.equal(first.number, 7n)
  assert.equal(header.timestamp, first.timestamp - 7n * 12n)
  assert.equal(await ask('eth_getBlockByNumber', '0x1', true), null)
})

const withBlobs = lines.find(({ blobs = [] }) => blobs.length > 0)
const wanted = new Set(withBlobs?.blobs?.map(({ versionedHash }) => versionedHash))
const timestamp = BigInt(withBlobs?.block.timestamp ?? 0)

async function fetched(t: TestContext, url: string) {
  const beacon = new BeaconClient({ url, ...clientOptions, commitments })
  t.after(() => beacon.close())
  const blobs = await beacon.fetchBlobs(timestamp, wanted)
  return [...blobs].map(([versionedHash, blob]) => {
    return { versionedHash, blob: `0x${Buffer.from(blob).toString('hex')}` }
  })
}

const withoutIndex = withBlobs?.blobs?.map(({ versionedHash, blob }) => ({ versionedHash, blob }))

test('blobs are served by slot, and the client verifies them', async (t) => {
  const { beaconUrl } = await replayed(t)
  assert.deepEqual(await fetched(t, beaconUrl), withoutIndex)
})

test('if a beacon node does not serve blobs, sidecars are requested, even if the URL has a path and a query', async (t) => {
  const { beaconUrl } = await replayed(t)
  const asked: string[] = []
  const url = await serveHttp(t, ({ incoming }, response) => {
    const path = incoming.url ?? ''
    asked.push(path.replace(/0x.*/u, ''))
    const isOld = path.startsWith('/base/eth/') && !path.includes('/blobs/')
    if (!isOld) return void response.writeHead(405).end()
    void fetch(`${beaconUrl}${path.slice('/base'.length)}`).then(async (answer) =>
      response.end(await answer.text()),
    )
  })
  assert.deepEqual(await fetched(t, `${url}/base/?key=7`), withoutIndex)
  const slot = timestamp - BigInt(lines[0]?.block.timestamp ?? 0)
  assert.deepEqual(asked, [
    '/base/eth/v1/beacon/genesis?key=7',
    '/base/eth/v1/config/spec?key=7',
    `/base/eth/v1/beacon/blobs/${slot}?versioned_hashes=`,
    `/base/eth/v1/beacon/blob_sidecars/${slot}?key=7`,
  ])
})

test('if a beacon node fails, the request is retried; if a server is not a beacon node, this is detected', async (t) => {
  let requests = 0
  const busy = await serveHttp(t, (_request, response) => {
    requests++
    response.writeHead(503).end()
  })
  await assert.rejects(fetched(t, busy), (error) => isFault(error, 'rpc-status'))
  assert.equal(requests, 2)
  const other = await serveHttp(t, (_request, response) => void response.writeHead(404).end())
  await assert.rejects(fetched(t, other), /there is no beacon API at this URL/)
  const page = await serveHttp(t, (_request, response) => void response.end('<html>'))
  await assert.rejects(fetched(t, page), (error) => isFault(error, 'rpc-response'))
})

test('a growing chain sends each head to subscribers, and still serves replaced blocks by hash', async (t) => {
  const growth = {
    speed: 0,
    safeLag: 1n,
    finalizedLag: 3n,
    reorgs: [{ depth: 2n, block: 5n, stay: 1n }],
  }
  const world = new VirtualClock(0)
  const options = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0, clock: world, growth }
  const l1 = await replayL1(record, options)
  t.after(() => l1.close())
  const { chain, grown, rpcUrl } = l1
  const socket = await openSocket(t, rpcUrl)
  await socket.ask('eth_subscribe', ['newHeads'])
  const rpc = new JsonRpcClient({ endpoints: [{ url: rpcUrl }], ...clientOptions })
  t.after(() => rpc.close())
  const hashOf = async (key: string, method = 'eth_getBlockByNumber') =>
    ((await rpc.call(method, [key, false])) as Json | null)?.['hash']
  assert.equal(await hashOf('latest'), lines[5]?.block.hash)
  assert.equal(await hashOf('safe'), lines[4]?.block.hash)
  await world.run(1_000, () => chain.head === 6n)
  const other = await hashOf('0x5')
  assert.notEqual(other, lines[5]?.block.hash)
  assert.equal(await hashOf('safe'), lines[3]?.block.hash)
  assert.equal(await hashOf('0x3'), lines[3]?.block.hash)
  await world.run(1_000, () => chain.head === 11n)
  await grown
  assert.equal(await hashOf('0x5'), lines[5]?.block.hash)
  assert.equal(await hashOf('finalized'), lines[11]?.block.hash)
  assert.equal(await hashOf(String(other), 'eth_getBlockByHash'), other)
  const numbers: number[] = []
  while (numbers.length < 11) {
    const { params } = (await socket.next()) as { params: { result: Json } }
    assert.equal(params.result['transactions'], undefined)
    numbers.push(Number(params.result['number']))
  }
  assert.deepEqual(numbers, [4, 5, 6, 4, 5, 6, 7, 8, 9, 10, 11])
})

test('the unsafe block signer can be read from storage, and follows the logs of the record', async (t) => {
  const folder = join(recordsFolder, 'deposits-and-config')
  const unsafeBlockSigner = `0x${'51'.repeat(20)}` as Address
  const { ask, chain } = await replayed(t, folder, { unsafeBlockSigner })
  const { l1SystemConfigAddress: contract } = await readRollupConfig(folder)
  const slot = '0x65a7ed542fb37fe237fdfbdd70b31598523fe5b32879e307bae27a0bd9581c08'
  const signerAt = (key: string) => ask('eth_getStorageAt', contract, slot, key)
  assert.equal(await signerAt('0x0'), `0x${'0'.repeat(24)}${'51'.repeat(20)}`)
  assert.match(String(await signerAt('latest')), /^0x0{24}(?!51)[0-9a-f]{40}$/)
  assert.equal(await ask('eth_getStorageAt', contract, '0x0', 'latest'), `0x${'0'.repeat(64)}`)
  chain.moveHead(3n)
  await assert.rejects(signerAt('0x4'), /header not found/)
})
