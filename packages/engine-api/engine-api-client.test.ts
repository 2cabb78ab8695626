import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { attributesOfPayload } from '#execution-client/engine-api/payload-json.ts'
import { startExecutionClient } from '#execution-client/execution-client.ts'
import { systemClock } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { type JsonRpcCall, JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { createToken } from '#json-rpc/jwt.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'
import { testRollup } from '#test/fakes/test-rollup.ts'
import { hash } from '#test/fakes/values.ts'
import { EngineApiClient } from './engine-api-client.ts'
import { allMethods } from './method-versions.ts'

const secret = new Uint8Array(32).fill(7)

/** Serves an embedded execution client over HTTP, at the genesis of a record, and connects a client to it. */
async function served(t: TestContext, recordName: string, { asWith = secret } = {}) {
  const record = await readRecord(recordName)
  const { genesis } = record
  const server = await startExecutionClient({
    genesis: { ...genesis, config: { ...genesis.config, hasUsersAtForks: true } },
    databaseFile: ':memory:',
    archive: false,
    engine: { host: '127.0.0.1', port: 0, jwtSecret: secret },
    rpc: { host: '127.0.0.1', port: 0, cors: undefined },
    clock: systemClock,
    log: pino({ level: 'silent' }),
  })
  const headers = async () => ({
    authorization: `Bearer ${await createToken(asWith, systemClock.now())}`,
  })
  const endpoints = [{ url: server.engineUrl, headers }]
  const rpc = new JsonRpcClient({ endpoints, timeoutMs: 10_000, rounds: 1, clock: systemClock })
  t.after(async () => {
    await rpc.close()
    await server.close()
  })
  const called: string[] = []
  const client = new EngineApiClient({
    rpc,
    config: record.config,
    monotonicMs: () => systemClock.monotonicMs(),
    onCall: (method) => called.push(method),
  })
  return { client, record, called, server }
}

test('over HTTP, blocks of all forks are built, inserted and read back with the method versions of their fork', async (t) => {
  const { called, client, record } = await served(t, 'all-forks-lagoon')
  for (const { block, header } of record.l2.slice(1)) {
    const parent = { head: block.parentHash, safe: undefined, finalized: undefined }
    const begun = await client.build(parent, attributesOfPayload(block, header))
    assert.equal(begun.kind, 'started')
    if (begun.kind !== 'started') return
    assert.deepEqual(await client.getPayload(begun.payloadId, block.timestamp), block)
    assert.deepEqual(await client.newPayload(block), { kind: 'valid' })
    const heads = { head: block.blockHash, safe: block.parentHash, finalized: undefined }
    assert.deepEqual(await client.forkchoice(heads), { kind: 'valid' })
    assert.deepEqual(await client.block({ kind: 'hash', hash: block.blockHash }), block)
  }
  for (const method of allMethods) assert.ok(called.includes(method), method)
  const last = record.l2.at(-1)?.block
  assert.deepEqual(await client.block({ kind: 'label', label: 'unsafe' }), last)
  const safe = await client.block({ kind: 'label', label: 'safe' })
  assert.equal(safe?.blockHash, last?.parentHash)
  assert.equal(await client.block({ kind: 'label', label: 'finalized' }), undefined)
  const down = await client.blocksDown({ number: 100n, count: 256 })
  assert.deepEqual(
    down,
    record.l2
      .slice(101 - down.length, 101)
      .map(({ block }) => block)
      .toReversed(),
  )
  assert.ok(down.length > 1)
  assert.equal((await client.blocksDown({ number: 3n, count: 256 })).length, 4)
  assert.deepEqual(await client.blocksDown({ number: 9_999n, count: 2 }), [])
  const proof = await client.accountProof(last?.blockHash ?? hash(0))
  assert.equal(proof?.storageHash, last?.withdrawalsRoot)
  assert.equal(await client.accountProof(hash(1)), undefined)
  assert.equal(await client.chainId(), record.config.l2ChainId)
  for (const method of allMethods)
    assert.ok((await client.capabilities())?.includes(method), method)
})

test('the status of an unknown head is syncing, and the status of a wrong block hash is invalid', async (t) => {
  const { client, record } = await served(t, 'fork-karst')
  const heads = { head: hash(1), safe: undefined, finalized: undefined }
  assert.deepEqual(await client.forkchoice(heads), { kind: 'syncing' })
  const [first, second, third] = record.l2.map(({ block }) => block)
  assert.ok(first && second && third)
  assert.deepEqual(await client.newPayload(third), { kind: 'syncing' })
  const status = await client.newPayload({ ...second, gasUsed: 1n })
  assert.equal(status.kind, 'invalid')
  assert.match(status.kind === 'invalid' ? status.reason : '', /blockhash mismatch/)
  assert.equal(await client.getPayload('0x0000000000000000', second.timestamp), undefined)
  const unsafe = { head: first.blockHash, safe: hash(2), finalized: undefined }
  await assert.rejects(client.forkchoice(unsafe), (error) => {
    assert.ok(isFault(error, 'engine-forkchoice'))
    assert.equal(error.severity, 'reset')
    return true
  })
})

test('a wrong secret is reported with advice', async (t) => {
  const { client } = await served(t, 'fork-karst', { asWith: new Uint8Array(32).fill(8) })
  await assert.rejects(client.chainId(), (error) => {
    assert.ok(isFault(error, 'engine-unauthorized'))
    assert.match(error.message, /401/)
    assert.match(faultRule(error.code).advice, /the same --jwt-secret-file/)
    return true
  })
})

/** A client whose calls are answered by a function. */
function answered(answer: (call: JsonRpcCall) => unknown) {
  const call = async (method: string, params: readonly unknown[]) => answer({ method, params })
  const rpc = { call, batch: () => Promise.reject(new Error('not expected')) }
  return new EngineApiClient({ rpc, config: testRollup, monotonicMs: () => 0 })
}

test('ACCEPTED is no error: newPayload reports it as accepted, and forkchoice as syncing', async () => {
  const { l2 } = await readRecord('fork-karst')
  const block = l2[1]?.block ?? assert.fail()
  const payloadStatus = { status: 'ACCEPTED', latestValidHash: null, validationError: null }
  const client = answered(({ method }) =>
    method.startsWith('engine_newPayload') ? payloadStatus : { payloadStatus, payloadId: null },
  )
  assert.deepEqual(await client.newPayload(block), { kind: 'accepted' })
  const heads = { head: block.blockHash, safe: undefined, finalized: undefined }
  assert.deepEqual(await client.forkchoice(heads), { kind: 'syncing' })
})

test('after a refusal of getPayloadV5, V4 is called', async () => {
  const karst = { ...testRollup, hardforkTimes: { karst: 0n } }
  const asked: string[] = []
  const rpc = {
    call: async (method: string) => {
      asked.push(method)
      throw new JsonRpcError(method.endsWith('5') ? -32_601 : -38_001, 'no')
    },
    batch: () => Promise.reject(new Error('not expected')),
  }
  const client = new EngineApiClient({ rpc, config: karst, monotonicMs: () => 0 })
  assert.equal(await client.getPayload('0x0000000000000001', 2n), undefined)
  assert.equal(await client.getPayload('0x0000000000000002', 2n), undefined)
  assert.deepEqual(asked, ['engine_getPayloadV5', 'engine_getPayloadV4', 'engine_getPayloadV4'])
})

for (const [what, answer, code] of [
  ['a number', () => 7, 'engine-response'],
  ['an unknown status', () => ({ payloadStatus: { status: 'FINE' } }), 'engine-response'],
  [
    'an error with code -32000',
    () => Promise.reject(new JsonRpcError(-32_000, 'busy')),
    'engine-refused',
  ],
  [
    'the error for a missing method',
    () => Promise.reject(new JsonRpcError(-32_601, 'none')),
    'engine-port',
  ],
] as const) {
  test(`if the answer to a forkchoice is ${what}, the fault is ${code}, and temporary`, async () => {
    const heads = { head: hash(1), safe: undefined, finalized: undefined }
    await assert.rejects(answered(answer).forkchoice(heads), (error) => {
      assert.ok(isFault(error, code))
      assert.equal(error.severity, 'temporary')
      return true
    })
  })
}

for (const [what, code, error] of [
  ['lacks a method', 'engine-old', new JsonRpcError(-32_601, 'no such method')],
  ['has another fork active', 'engine-forks', new JsonRpcError(-38_005, 'Unsupported fork')],
] as const)
  test(`if an execution client has the Engine API and ${what}, the fault is ${code}`, async () => {
    const call = (method: string) =>
      method === 'engine_exchangeCapabilities' ? Promise.resolve([]) : Promise.reject(error)
    const rpc = { call, batch: () => Promise.reject(new Error('not expected')) }
    const client = new EngineApiClient({ rpc, config: testRollup, monotonicMs: () => 0 })
    const heads = { head: hash(1), safe: undefined, finalized: undefined }
    await assert.rejects(client.forkchoice(heads), { code })
  })

test('an unset label returns no block, whether the client answers null or an error', async () => {
  const label = { kind: 'label', label: 'finalized' } as const
  assert.equal(await answered(() => null).block(label), undefined)
  for (const message of ['finalized block not found', 'Unknown block', 'block not found']) {
    const client = answered(() => Promise.reject(new JsonRpcError(-32_000, message)))
    assert.equal(await client.block(label), undefined)
  }
})

test('if a server lacks engine_exchangeCapabilities, its capabilities are undefined', async () => {
  const client = answered(() => Promise.reject(new JsonRpcError(-32_601, 'none')))
  assert.equal(await client.capabilities(), undefined)
})
