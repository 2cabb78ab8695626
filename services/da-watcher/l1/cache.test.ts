import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { requireFile } from '#records/folder/read-lines.ts'
import { replayMethods, storageMethod } from '#records/replay/replay-methods.ts'
import { readReplayedChain, replayL1 } from '#records/replay/replay-record.ts'
import type { FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import { toAddress } from '#protocol/codec/hex.ts'
import { serveFaultyNode } from '#test/fakes/faulty-l1.ts'
import { memoryHash } from '#test/fakes/memory-l1.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { trueL1, watchL1 } from '#test/fakes/watched-l1.ts'
import { cacheFile, L1Cache } from '#l1/l1-cache.ts'
import { Fault } from '#runtime/fault.ts'
import { removeFile } from '#runtime/sqlite.ts'
import { cachePauseMs, DiskCache } from './disk-cache.ts'

const folder = join(recordsFolder, 'fork-ecotone')
const { config, blocks } = await trueL1(folder)

function newFolder(t: TestContext): string {
  const created = mkdtempSync(join(tmpdir(), 'atoll-da-'))
  t.after(() => rmSync(created, { recursive: true }))
  return created
}

/** An L1 with blobs, whose RPC server records calls. */
async function l1(t: TestContext) {
  const chain = await readReplayedChain(requireFile(folder, 'l1.ndjson'), (json) => json)
  chain.show({ ...chain.view, finalized: 8n, safe: 9n })
  const signer = toAddress(new Uint8Array(20))
  const methods = { ...replayMethods(chain, 900n), ...storageMethod(chain, config, signer) }
  const rpc = await serveFaultyNode(t, methods)
  const options = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0, clock: systemClock }
  const beacon = await replayL1(folder, options)
  t.after(() => beacon.close())
  return { rpc, settings: { l1RpcUrls: [rpc.url], l1BeaconUrls: [beacon.beaconUrl] } }
}

test('after a restart, all cached final blocks together need one call, and each other cached block needs one call for its header', async (t) => {
  const { rpc, settings } = await l1(t)
  const dataDir = newFolder(t)
  const first = await watchL1(t, config, { ...settings, dataDir })
  await first.until('heads came', () => first.heads.length > 0)
  for (const [number, block] of blocks.entries())
    assert.deepEqual(await first.fetch({ number }), { kind: 'block', block })
  await first.stop()
  const again = await watchL1(t, config, { ...settings, dataDir, l1BeaconUrls: undefined })
  await again.until('heads came', () => again.heads.length > 0)
  rpc.calls.splice(0)
  for (const [number, block] of blocks.entries())
    assert.deepEqual(await again.fetch({ number }), { kind: 'block', block })
  const asked = rpc.calls
    .filter(({ method, params: [key] }) => method.includes('Block') && String(key).startsWith('0x'))
    .map(({ method, params: [key, isFull] }) => [method, Number(key), isFull])
  assert.deepEqual(asked, [
    ['eth_getBlockByNumber', 8, false],
    ['eth_getBlockByNumber', 9, false],
    ['eth_getBlockByNumber', 10, false],
    ['eth_getBlockByNumber', 11, false],
  ])
  const found = await again.metric('found_total')
  assert.equal(found['block disk'], blocks.length)
  assert.equal(found['blob l1'], undefined)
})

test('final blocks in a cache of another L1 with the same chain id are not trusted', async (t) => {
  const { settings } = await l1(t)
  const dataDir = newFolder(t)
  const path = join(dataDir, cacheFile)
  const foreign = (number: bigint) => ({ hash: memoryHash(number, 'foreign'), number })
  const before = new L1Cache(path, { maxBytes: 1e9, chainId: 900n })
  for (const number of [3n, 4n]) {
    before.putBlock(foreign(number), Uint8Array.of(1))
    before.markFinal(foreign(number))
  }
  before.close()
  const watched = await watchL1(t, config, { ...settings, dataDir })
  await watched.until('heads came', () => watched.heads.length > 0)
  for (const number of [3, 4])
    assert.deepEqual(await watched.fetch({ number }), { kind: 'block', block: blocks[number] })
  await watched.stop()
  const after = new L1Cache(path, { maxBytes: 1e9, chainId: 900n })
  t.after(() => after.close())
  const isForeignFinal = after
    .blocksAt(4n)
    .some(({ hash, isFinal }) => hash === foreign(4n).hash && isFinal)
  assert.ok(!isForeignFinal)
})

/**
 * Writes a cache of another L1. It has three final blocks: the genesis block, which both L1s share; block 3, which
 * differs; and the block at `highest`.
 */
async function cacheOfEarlierL1(
  t: TestContext,
  settings: Awaited<ReturnType<typeof l1>>['settings'],
  highest: bigint,
) {
  const dataDir = newFolder(t)
  const source = newFolder(t)
  const watched = await watchL1(t, config, { ...settings, dataDir: source })
  for (const number of [0, 5]) await watched.fetch({ number })
  await watched.stop()
  const from = new L1Cache(join(source, cacheFile), { maxBytes: 1e9, chainId: 900n })
  const to = new L1Cache(join(dataDir, cacheFile), { maxBytes: 1e9, chainId: 900n })
  const [genesis, , , , , five] = blocks
  if (genesis === undefined || five === undefined) throw new Error('no blocks')
  const marked = [genesis, { hash: five.hash, number: 3n }]
  for (const block of [...marked, { hash: memoryHash(highest, 'foreign'), number: highest }]) {
    to.putBlock(block, from.block(block.hash) ?? Uint8Array.of(1))
    to.markFinal(block)
  }
  from.close()
  to.close()
  return dataDir
}

function hashOf(response: FetchL1BlockResponse): string | undefined {
  return response.kind === 'block' ? response.block.hash : undefined
}

const ofAnotherL1 =
  'the L1 cache belongs to another L1 with this chain id: its blocks do not count as final'

test('a cache of another L1 with the same chain id and genesis is not trusted, which is logged once', async (t) => {
  const { settings } = await l1(t)
  const dataDir = await cacheOfEarlierL1(t, settings, 8n)
  const watched = await watchL1(t, config, { ...settings, dataDir })
  await watched.until('heads came', () => watched.heads.length > 0)
  // This run marks block 1 as final, which proves nothing about marks of earlier runs.
  await watched.fetch({ number: 1 })
  const numbers = [0, 3, 1]
  const fetched = await Promise.all(numbers.map((number) => watched.fetch({ number })))
  assert.deepEqual(
    fetched.map(hashOf),
    numbers.map((number) => blocks[number]?.hash),
  )
  assert.deepEqual(watched.warnings, [ofAnotherL1])
})

test('while L1 does not have the highest final block of a cache, the blocks of the cache are compared one by one', async (t) => {
  const { rpc, settings } = await l1(t)
  const dataDir = await cacheOfEarlierL1(t, settings, 8n)
  rpc.corrupt = ({ method, params: [key, isFull] }, result) =>
    method === 'eth_getBlockByNumber' && key === '0x8' && isFull === false ? null : result
  const watched = await watchL1(t, config, { ...settings, dataDir })
  for (const number of [0, 3])
    assert.equal(hashOf(await watched.fetch({ number })), blocks[number]?.hash)
  assert.equal((await watched.metric('found_total'))['block disk'], 1)
  assert.ok(!watched.warnings.includes(ofAnotherL1))
})

test('if another node has the same folder, it does not fetch cached blocks', async (t) => {
  const { settings } = await l1(t)
  const dataDir = newFolder(t)
  const one = await watchL1(t, config, { ...settings, dataDir })
  await one.until('heads came', () => one.heads.length > 0)
  for (const number of blocks.keys()) await one.fetch({ number })
  const other = await watchL1(t, config, { ...settings, dataDir })
  await other.until('heads came', () => other.heads.length > 0)
  for (const [number, block] of blocks.entries())
    assert.deepEqual(await other.fetch({ number }), { kind: 'block', block })
  const found = await other.metric('found_total')
  assert.deepEqual([found['block l1'], found['blob l1']], [undefined, undefined])
})

test('if a node is trusted, its blocks on disk are not verified either', async (t) => {
  const { rpc, settings } = await l1(t)
  rpc.corrupt = ({ method }, result) =>
    method === 'eth_getBlockByNumber' || method === 'eth_getBlockByHash'
      ? { ...(result as object), extraData: '0x01' }
      : result
  const dataDir = newFolder(t)
  const trusting = { ...settings, dataDir, l1TrustedUrls: settings.l1RpcUrls }
  const first = await watchL1(t, config, trusting)
  await first.until('heads came', () => first.heads.length > 0)
  await first.fetch({ number: 3 })
  await first.stop()
  const second = await watchL1(t, config, trusting)
  await second.until('heads came', () => second.heads.length > 0)
  assert.deepEqual(await second.fetch({ number: 3 }), { kind: 'block', block: blocks[3] })
  assert.equal((await second.metric('found_total'))['block disk'], 1)
  assert.deepEqual(second.warnings, [])
})

test('if a block is damaged on disk, it is fetched again', async (t) => {
  const { settings } = await l1(t)
  const dataDir = newFolder(t)
  const file = join(dataDir, 'l1-cache.sqlite')
  const disk = new L1Cache(file, { maxBytes: 1e9 })
  const [, one, two] = blocks
  if (one === undefined || two === undefined) throw new Error('no blocks')
  disk.putBlock(one, Uint8Array.of(1, 2, 3))
  disk.close()
  const watched = await watchL1(t, config, { ...settings, dataDir })
  assert.deepEqual(await watched.fetch({ number: 1 }), { kind: 'block', block: one })
  assert.ok(watched.warnings.includes('a block in the cache is broken'))
})

test('if the file is not a database, it is replaced', (t) => {
  const file = join(newFolder(t), 'cache.sqlite')
  writeFileSync(file, 'x'.repeat(10_000))
  const disk = new L1Cache(file, { maxBytes: 1e9 })
  disk.putBlock({ hash: memoryHash(1n, 'a'), number: 1n }, Uint8Array.of(1))
  assert.deepEqual(disk.range(), { first: 1n, last: 1n })
  disk.close()
})

test('if a cache belongs to another L1, or is damaged although it can be opened, it is replaced', (t) => {
  const path = join(newFolder(t), 'cache.sqlite')
  const replaced: string[] = []
  const onReplaced = ({ message }: Fault) => void replaced.push(message)
  const open = (chainId: bigint) => new L1Cache(path, { maxBytes: 1e9, chainId, onReplaced })
  const first = open(1n)
  for (let number = 0n; number < 100n; number++)
    first.putBlock({ hash: memoryHash(number, 'a'), number }, new Uint8Array(10_000))
  first.close()
  const other = open(11_155_111n)
  assert.equal(other.range(), undefined)
  assert.match(replaced.join(), /belongs to another chain/)
  for (let number = 0n; number < 100n; number++)
    other.putBlock({ hash: memoryHash(number, 'a'), number }, new Uint8Array(10_000))
  other.close()
  // Only the inner pages are damaged, so the file can be opened.
  const file = openSync(path, 'r+')
  writeSync(file, randomBytes(800_000), 0, 800_000, 100_000)
  closeSync(file)
  let nowMs = 0
  const cache = new DiskCache({
    open: ({ isFresh }) => {
      if (isFresh) removeFile(path)
      return open(11_155_111n)
    },
    clock: { monotonicMs: () => nowMs },
    log: { info: () => undefined, warn: () => undefined },
    onProblem: () => undefined,
  })
  const read = () =>
    cache.use((disk) => {
      for (let number = 0n; number < 100n; number++) disk.block(memoryHash(number, 'a'))
      return 'read'
    })
  assert.equal(read(), undefined)
  nowMs += cachePauseMs
  assert.equal(read(), 'read')
  cache.close()
})

test('while another process writes to a cache, the cache is locked; afterwards it can be used', (t) => {
  const path = join(newFolder(t), 'cache.sqlite')
  const cache = new L1Cache(path, { maxBytes: 1_000_000 })
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const put = () => cache.putBlock({ hash: memoryHash(1n, 'a'), number: 1n }, new Uint8Array(1))
  assert.throws(put, { code: 'l1-cache', message: /locked: another process that shares the cache/ })
  other.close()
  put()
  cache.close()
})

test('the oldest blocks are removed when the cache is full', (t) => {
  const maxBytes = 1024 * 1024
  const disk = new L1Cache(join(newFolder(t), 'cache.sqlite'), { maxBytes })
  for (let number = 0n; number < 100n; number++) {
    disk.putBlock({ hash: memoryHash(number, 'a'), number }, new Uint8Array(10_000))
    disk.putBlob(memoryHash(number, 'blob'), number, new Uint8Array(20_000))
    assert.ok(disk.bytes <= maxBytes)
  }
  const { first, last } = disk.range() ?? {}
  assert.equal(last, 99n)
  assert.ok(first !== undefined && first > 60n && first < 80n, String(first))
  assert.equal(disk.blob(memoryHash(first - 1n, 'blob')), undefined)
  assert.equal(disk.blob(memoryHash(99n, 'blob'))?.length, 20_000)
  disk.close()
})

test('of two blocks with the same number, only the final block remains', (t) => {
  const disk = new L1Cache(join(newFolder(t), 'cache.sqlite'), { maxBytes: 1e9 })
  for (const branch of ['a', 'b'])
    disk.putBlock({ hash: memoryHash(7n, branch), number: 7n }, Uint8Array.of(1))
  assert.equal(disk.blocksAt(7n).length, 2)
  disk.markFinal({ hash: memoryHash(7n, 'b'), number: 7n })
  assert.deepEqual(disk.blocksAt(7n), [{ hash: memoryHash(7n, 'b'), isFinal: true }])
  disk.close()
})

test('while the folder of the cache cannot be created, blocks come from L1; later they are stored', async (t) => {
  const { settings } = await l1(t)
  const dataDir = join(newFolder(t), 'data')
  writeFileSync(dataDir, 'in the way of the folder')
  const watched = await watchL1(t, config, { ...settings, dataDir })
  await watched.until('heads came', () => watched.heads.length > 0)
  for (const [number, block] of blocks.entries())
    assert.deepEqual(await watched.fetch({ number }), { kind: 'block', block })
  const [problem = ''] = watched.cacheProblems
  assert.match(problem, /not used, .* tried again every 10 s: .*data/)
  rmSync(dataDir)
  mkdirSync(dataDir)
  // How much virtual time passes in a second depends on the load of the machine.
  for (let seconds = 0; seconds < 30 && watched.cacheProblems.at(-1) !== 'works'; seconds++) {
    let isLater = false
    setTimeout(() => {
      isLater = true
    }, 1_000)
    await watched.until('the pause is over', () => isLater)
    await watched.fetch({ number: 3 })
  }
  assert.equal(watched.cacheProblems.at(-1), 'works')
})

test('if a cache fails, it is not used for ten seconds, and is then opened again', (t) => {
  let nowMs = 0
  let opened = 0
  const path = join(newFolder(t), 'cache.sqlite')
  const problems: (string | undefined)[] = []
  const cache = new DiskCache({
    open: () => {
      opened++
      return new L1Cache(path, { maxBytes: 1e9 })
    },
    clock: { monotonicMs: () => nowMs },
    log: { info: () => undefined, warn: () => undefined },
    onProblem: (problem) => problems.push(problem),
  })
  const put = () => {
    cache.use((disk) => disk.putBlock({ hash: memoryHash(1n, 'a'), number: 1n }, new Uint8Array(1)))
  }
  put()
  for (let time = 0; time < 3; time++) {
    cache.use(() => {
      const cause = new Error('database or disk is full')
      const detail = `${path}: ${cause.message}; its disk has ${time} bytes free`
      throw new Fault('l1-cache', { detail, cause })
    })
    nowMs += cachePauseMs - 1
    assert.equal(
      cache.use((disk) => disk.range()),
      undefined,
    )
    assert.equal(cache.bytes, 0)
    nowMs += 1
  }
  assert.deepEqual([opened, problems.length], [3, 1])
  assert.match(
    problems[0] ?? '',
    /cache\.sqlite: database or disk is full; its disk has 0 bytes free$/,
  )
  assert.deepEqual(
    cache.use((disk) => disk.range()),
    { first: 1n, last: 1n },
  )
  assert.deepEqual([opened, problems.at(-1)], [4, undefined])
  cache.close()
})
