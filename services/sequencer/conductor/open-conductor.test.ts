import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { serveHttp } from '#test/fakes/http-server.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'
import { openConductor } from './open-conductor.ts'

interface Request {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

/** A server that answers each request of a client of op-conductor, and the requests that it got. */
async function conductorThat(
  t: TestContext,
  answer: (request: Request, response: ServerResponse) => void,
) {
  const seen: Request[] = []
  const url = await serveHttp(t, ({ body }, response) => {
    const parsed = JSON.parse(body) as Request | readonly Request[]
    const [request] = Array.isArray(parsed) ? (parsed as readonly Request[]) : [parsed as Request]
    assert.ok(request)
    seen.push(request)
    answer(request, response)
  })
  const opened = openConductor({ url, timeoutMs: 200, clock: systemClock })
  t.after(() => opened.close())
  return { conductor: opened.conductor, seen }
}

const result = (value: unknown) => (request: Request, response: ServerResponse) =>
  response.end(JSON.stringify({ jsonrpc: '2.0', id: request.id, result: value }))

test('a block is committed as an envelope with its beacon root', async (t) => {
  const { l2 } = await readRecord('fork-jovian')
  const block = l2[2]?.block ?? assert.fail('no block')
  const { conductor, seen } = await conductorThat(t, result(null))
  await conductor.commit(block)
  const [{ method, params } = assert.fail('no request')] = seen
  const [envelope] = params as readonly [Record<string, Record<string, unknown>>]
  assert.equal(method, 'conductor_commitUnsafePayload')
  assert.equal(envelope['parentBeaconBlockRoot'], block.parentBeaconBlockRoot)
  assert.equal(envelope['executionPayload']?.['blockHash'], block.blockHash)
  assert.equal(envelope['executionPayload']?.['blockNumber'], `0x${block.number.toString(16)}`)
})

test('leadership is read', async (t) => {
  for (const isLeader of [true, false]) {
    const { conductor, seen } = await conductorThat(t, result(isLeader))
    assert.equal(await conductor.isLeader(), isLeader)
    assert.equal(seen[0]?.method, 'conductor_leader')
  }
})

for (const [what, answer, code] of [
  ['does not answer in time', () => undefined, 'rpc-timeout'],
  [
    'answers with HTTP 500',
    (_: Request, to: ServerResponse) => to.writeHead(500).end('no'),
    'rpc-status',
  ],
  [
    'answers with HTML',
    (_: Request, to: ServerResponse) => to.end('<html></html>'),
    'rpc-response',
  ],
  ['answers with something else than true or false', result('yes'), 'rpc-response'],
] as const)
  test(`a conductor that ${what} is a named fault, after two attempts at most`, async (t) => {
    const { conductor, seen } = await conductorThat(t, answer)
    await assert.rejects(conductor.isLeader(), (error: unknown) => isFault(error, code))
    assert.ok(seen.length <= 2)
  })

test('an error of the conductor is passed on, such as that it is not the leader', async (t) => {
  const { l2 } = await readRecord('fork-jovian')
  const block = l2[2]?.block ?? assert.fail('no block')
  const { conductor, seen } = await conductorThat(t, ({ id }, to) =>
    to.end(
      JSON.stringify({
        jsonrpc: '2.0',
        id,
        error: { code: -32_000, message: 'node is not the leader' },
      }),
    ),
  )
  await assert.rejects(conductor.commit(block), (error: unknown) => {
    assert.ok(error instanceof JsonRpcError)
    assert.match(error.message, /not the leader/)
    return true
  })
  assert.equal(seen.length, 1)
})
