import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type FlashblockServer, serveFlashblocks } from '#flashblock-stream/stream-server.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { Hash } from '#protocol/primitives.ts'
import { systemClock } from '#runtime/clock.ts'
import { filledHash, flashblocksOf, onStream, sampleBase } from '#test/fakes/flashblocks.ts'
import { serveHttp } from '#test/fakes/http-server.ts'
import { runAtoll } from './run-atoll.ts'

const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))
const first = sampleBase.number

/** Flashblocks of a block of a chain with a block each 2 s. */
function blockAt(at: number, counts: readonly number[]): readonly Flashblock[] {
  const base = {
    ...sampleBase,
    number: first + BigInt(at),
    timestamp: sampleBase.timestamp + 2n * BigInt(at),
    parentHash: filledHash(0x80 + at - 1),
  }
  return flashblocksOf(counts, base).map((each) => {
    return { ...each, payloadId: `0x03${String(at).padStart(14, '0')}` as Flashblock['payloadId'] }
  })
}

const hashesOf = (flashblocks: readonly Flashblock[]): readonly Hash[] =>
  flashblocks.flatMap(({ diff }) => diff.transactions.map((raw) => toHash(keccak256(raw))))

/** A stream, and a node with the given blocks. */
async function serveChain(t: TestContext, sealed: readonly (readonly Flashblock[])[]) {
  const rpc = await serveHttp(t, ({ body }, response) => {
    const { id, params } = JSON.parse(body) as { readonly id: number; readonly params: [string] }
    const at = Number(BigInt(params[0]) - first)
    const transactions = sealed[at] && hashesOf(sealed[at])
    const hashes = { hash: filledHash(0x80 + at), parentHash: filledHash(0x80 + at - 1) }
    const block = transactions && { number: params[0], ...hashes, transactions }
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: block ?? null }))
  })
  const server = await serveFlashblocks({ host: '127.0.0.1', port: 0, clock: systemClock })
  t.after(() => server.close())
  const args = ['--ws', `ws://127.0.0.1:${server.port}/ws`, '--l2-rpc', rpc]
  return { server, args: ['flashblocks', 'watch', ...args] }
}

/** Publishes blocks as soon as the command is connected. */
async function publish(server: FlashblockServer, blocks: readonly (readonly Flashblock[])[]) {
  while (server.clients === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  for (const [at, flashblocks] of blocks.entries())
    for (const each of flashblocks)
      server.publish(onStream(each, first + BigInt(at)), first + BigInt(at))
}

const blocks = [blockAt(0, [1, 2]), blockAt(1, [1, 1]), blockAt(2, [1])]

test('kept promises end with 0, and each block and the result are lines', async (t) => {
  const { args, server } = await serveChain(t, blocks)
  const [{ code, err, out }] = await Promise.all([
    runAtoll([...args, `--until=${first + 1n}`]),
    publish(server, blocks),
  ])
  assert.equal(code, 0, err)
  const [one = '', two = '', result = ''] = out.split('\n')
  assert.match(one, /^block 66051 kept: 2 flashblocks, 4 transactions, worst gap \d+ ms, 0\.1 % of/)
  assert.match(two, /^block 66052 kept: /)
  assert.equal(result, 'blocks   kept 2, broken 0, never came 0, unchecked 0')
  assert.match(err, /ws:\/\/127\.0\.0\.1:\d+: connected/)
})

test('a broken promise ends with 1, and JSON names the transactions that were not kept', async (t) => {
  const { args, server } = await serveChain(t, [blocks[0]?.slice(0, 1) ?? [], blocks[1] ?? []])
  const [{ code, err, out }] = await Promise.all([
    runAtoll([...args, `--until=${first + 1n}`, '--json']),
    publish(server, blocks),
  ])
  assert.equal(code, 1, err)
  const [broken, kept, summary] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
  assert.deepEqual([broken?.['type'], broken?.['verdict']], ['block', 'broken'])
  assert.deepEqual(broken?.['lost'], hashesOf(blocks[0]?.slice(1) ?? []))
  assert.deepEqual([kept?.['number'], kept?.['verdict']], [Number(first) + 1, 'kept'])
  assert.deepEqual([summary?.['type'], summary?.['ok'], summary?.['lost']], ['summary', false, 2])
})

test('Ctrl-C ends the watch with the result', async (t) => {
  const { args, server } = await serveChain(t, blocks.slice(0, 2))
  const child = spawn(process.execPath, [atoll, ...args])
  t.after(() => child.kill('SIGKILL'))
  let out = ''
  const hasBlock = new Promise<void>((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString()
      if (out.includes('block 66052 kept')) resolve()
    })
  })
  await publish(server, blocks)
  await hasBlock
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'close'), [0, null])
  assert.match(out, /^blocks {3}kept 2, broken 0, never came 0, unchecked 0$/mu)
  assert.match(out, /^ {9}unfinished 1, /mu)
})

test('wrong settings are named with what is right', async () => {
  const { code, err } = await runAtoll(['flashblocks', 'watch', '--ws=http://a', '--until=-1'])
  assert.equal(code, 2)
  assert.match(err, /--ws/)
  assert.match(err, /a URL, such as ws:\/\/localhost:1111; several with commas/)
  assert.match(err, /--l2-rpc/)
  assert.match(err, /--until/)
})
