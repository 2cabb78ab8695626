import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { test, type TestContext } from 'node:test'
import { readLines, requireFile } from '#records/folder/read-lines.ts'
import { systemClock } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import type { FaultCode } from '#runtime/fault-codes.ts'
import { serveHttp } from '#test/fakes/http-server.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'
import { L1Headers } from './l1-headers.ts'

const name = 'fork-karst'
const folder = fileURLToPath(new URL(`../../test/vectors/records/${name}`, import.meta.url))
const lines = await Array.fromAsync(readLines(requireFile(folder, 'l1.ndjson')))
const blocks = lines.map(({ json }) => (json as { block: Record<string, unknown> }).block)
const { config, l1 } = await readRecord(name)

/** The result of a call, or an error; undefined: the connection is closed. */
type Answer = { readonly result: unknown } | { readonly error: object } | undefined

interface Node {
  /** Answers with the header of a block. */
  readonly block?: (number: bigint) => Answer
  readonly chainId?: unknown
}

const recorded = (number: bigint): Answer => ({ result: blocks[Number(number)] ?? null })
const refuse = (): Answer => ({ error: { code: -32_000, message: 'pruned history unavailable' } })

/** Headers from JSON-RPC servers in the order of the settings, and the number of requests to each server. */
async function headersFrom(t: TestContext, ...nodes: readonly Node[]) {
  const requests = nodes.map(() => 0)
  const urls = nodes.map(({ block = recorded, chainId = '0x384' }, at) =>
    serveHttp(t, ({ body }, response) => {
      requests[at] = (requests[at] ?? 0) + 1
      const answers = [JSON.parse(body) as unknown].flat().map((call) => {
        const { id, method, params } = call as { id: number; method: string; params: string[] }
        const answer =
          method === 'eth_chainId' ? { result: chainId } : block(BigInt(params[0] ?? 0))
        return answer && { jsonrpc: '2.0', id, ...answer }
      })
      if (answers.includes(undefined)) response.destroy()
      else response.end(JSON.stringify(body.startsWith('[') ? answers : answers[0]))
    }),
  )
  const headers = L1Headers.open(
    { l1RpcUrls: await Promise.all(urls), l1RpcMaxBatchSize: 100, l1TimeoutMs: 5_000 },
    { clock: systemClock, chainId: config.l1ChainId, signal: new AbortController().signal },
  )
  t.after(() => headers.close())
  return { headers, requests }
}

function fault(code: FaultCode, text = /./) {
  return (error: unknown) => {
    assert.ok(isFault(error, code), String(error))
    assert.equal(error.severity, 'temporary')
    assert.match(error.message, text)
    return true
  }
}

const refAt = (number: number) => {
  const { hash, parentHash, timestamp } = l1[number] ?? assert.fail()
  return { hash, number: BigInt(number), parentHash, timestamp }
}

test('headers are returned from a number downwards; blocks that L1 does not have are omitted', async (t) => {
  const { headers } = await headersFrom(t, {})
  const last = l1.length - 1
  const found = await headers.blocksDown({ number: BigInt(last + 2), count: 4 })
  assert.deepEqual(found, [refAt(last), refAt(last - 1)])
  assert.equal((await headers.blocksDown({ number: 1n, count: 64 })).length, 2)
})

test('the chain id is returned, and a malformed chain id is a fault', async (t) => {
  const right = await headersFrom(t, {})
  assert.equal(await right.headers.chainId(), 900n)
  const malformed = await headersFrom(t, { chainId: 900 })
  await assert.rejects(malformed.headers.chainId(), fault('l1-unavailable'))
})

test('if no endpoint has the chain id of the rollup config, the chain id of an endpoint is returned', async (t) => {
  const { headers } = await headersFrom(t, { chainId: '0x1' }, { chainId: '0x5' })
  // The second query is made during the pauses of the endpoints after their wrong answers.
  for (let attempt = 0; attempt < 2; attempt++) assert.equal(await headers.chainId(), 1n)
  const text = /has chain id 1, the rollup config has l1_chain_id 900.*has chain id 5/
  await assert.rejects(headers.blocksDown({ number: 2n, count: 1 }), fault('l1-wrong-chain', text))
  const partly = await headersFrom(t, { chainId: '0x1' }, { block: () => undefined, chainId: 7 })
  await assert.rejects(partly.headers.chainId(), fault('l1-unavailable'))
})

const unusable: readonly (readonly [what: string, node: Node, code: FaultCode])[] = [
  [
    'a header with a changed field',
    { block: (number) => ({ result: { ...blocks[Number(number)], gasUsed: '0x1' } }) },
    'l1-unavailable',
  ],
  ['the header of another block', { block: () => recorded(3n) }, 'l1-unavailable'],
  ['a malformed answer', { block: () => ({ result: 'fine' }) }, 'l1-unavailable'],
  ['a refusal', { block: refuse }, 'l1-refused'],
  ['no answer', { block: () => undefined }, 'l1-unavailable'],
  ['the chain id of another chain', { chainId: '0x1' }, 'l1-wrong-chain'],
]

for (const [what, node, code] of unusable) {
  test(`if the only endpoint gives ${what}, the request fails with the temporary fault ${code}`, async (t) => {
    const { headers } = await headersFrom(t, node)
    await assert.rejects(headers.blocksDown({ number: 2n, count: 1 }), fault(code))
  })

  test(`if an endpoint gives ${what}, another endpoint answers, and is queried first from then on`, async (t) => {
    const { headers, requests } = await headersFrom(t, node, {})
    assert.deepEqual(await headers.blocksDown({ number: 2n, count: 1 }), [refAt(2)])
    const [first] = requests
    assert.deepEqual(await headers.blocksDown({ number: 3n, count: 2 }), [refAt(3), refAt(2)])
    assert.deepEqual(requests, [first, 3])
    assert.equal(await headers.chainId(), 900n)
  })
}

test('if one endpoint refuses a request and another endpoint does not answer, the request does not count as refused by L1', async (t) => {
  const { headers } = await headersFrom(t, { block: refuse }, { block: () => undefined })
  await assert.rejects(
    headers.blocksDown({ number: 2n, count: 1 }),
    fault('l1-unavailable', /pruned history unavailable/),
  )
})
