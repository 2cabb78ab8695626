import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { Registry } from 'prom-client'
import { startExecutionClient } from '#execution-client/execution-client.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { systemClock } from '#runtime/clock.ts'
import { maxCallsOfClient, maxWaitingOfClient } from '#services/rpc/blocks/call-queue.ts'
import { createMetrics } from '#services/rpc/metrics.ts'
import { smallGenesis } from '#test/fakes/execution-chain.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { ExecutionRpc, maxAnswerBytes } from './execution-rpc.ts'
import { openExecution } from './open-execution.ts'

/** The calls of rpc to an execution client at a URL. */
function callsTo(t: TestContext, url: string) {
  const execution = openExecution({ executionRpcUrl: url, executionRpcPassOn: true }, systemClock)
  assert.ok(execution)
  t.after(() => execution.close())
  const registry = new Registry()
  const log = pino({ level: 'silent' })
  const calls = new ExecutionRpc(execution.calls, { log, metrics: createMetrics(registry) })
  return { calls, registry }
}

const refusal = (code: number, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof JsonRpcError)
  assert.equal(error.code, code)
  assert.match(error.message, message)
  // The address of the execution client is not public.
  assert.doesNotMatch(error.message, /127\.0\.0\.1|localhost/u)
  return true
}

test('results and errors of the execution client are passed on as they are', async (t) => {
  const client = await startExecutionClient({
    genesis: smallGenesis,
    databaseFile: ':memory:',
    archive: false,
    engine: { host: '127.0.0.1', port: 0, jwtSecret: new Uint8Array(32) },
    rpc: { host: '127.0.0.1', port: 0, cors: undefined },
    clock: systemClock,
    log: pino({ level: 'silent' }),
  })
  t.after(() => client.close())
  const { calls } = callsTo(t, client.rpcUrl)
  assert.equal(await calls.call('eth_chainId', []), '0x385')
  await assert.rejects(
    calls.call('eth_call', [{}, { blockHash: `0x${'11'.repeat(32)}` }]),
    refusal(-32_000, /^header not found$/u),
  )
  await assert.rejects(calls.call('eth_x', []), refusal(-32_601, /does not exist/u))
})

test('an execution client that does not answer is an error without its address, and is counted', async (t) => {
  const { calls, registry } = callsTo(t, `http://127.0.0.1:${await freeTcpPort()}`)
  await assert.rejects(
    calls.call('eth_chainId', []),
    refusal(-32_000, /^the execution client did not answer/u),
  )
  assert.match(
    await registry.metrics(),
    /atoll_rpc_failed_calls_total\{call="execution-client"\} 1/u,
  )
})

test('an answer over the limit is an error', async (t) => {
  let bytes = 0
  const server = createServer((request, response) => {
    request.resume()
    const [head, tail] = ['{"jsonrpc":"2.0","id":1,"result":"', '"}']
    response.end(`${head}${'a'.repeat(bytes - head.length - tail.length)}${tail}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const { calls } = callsTo(t, `http://127.0.0.1:${address.port}`)
  bytes = maxAnswerBytes
  const result = await calls.call('eth_getLogs', [])
  assert.ok(typeof result === 'string' && result.length > maxAnswerBytes - 100)
  bytes = maxAnswerBytes + 1
  const { calls: others } = callsTo(t, `http://127.0.0.1:${address.port}`)
  await assert.rejects(others.call('eth_getLogs', []), refusal(-32_000, /more than \d+ bytes/u))
})

test('one client has a limited number of calls that wait', async () => {
  const blocked = Promise.withResolvers<string>()
  const log = pino({ level: 'silent' })
  const metrics = createMetrics(new Registry())
  const rpc = new ExecutionRpc({ call: () => blocked.promise }, { log, metrics })
  const calls = Array.from({ length: maxCallsOfClient + maxWaitingOfClient }, () =>
    rpc.call('eth_chainId', []),
  )
  await assert.rejects(rpc.call('eth_chainId', []), refusal(-32_005, /too many calls wait/u))
  blocked.resolve('0x1')
  assert.equal((await Promise.all(calls)).length, maxCallsOfClient + maxWaitingOfClient)
})
