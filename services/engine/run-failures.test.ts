import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApplyAttributesRequest } from '#messages/apply-attributes.ts'
import { payloadReceived } from '#messages/subjects.ts'
import { allMethods } from '#engine-api/method-versions.ts'
import { Fault } from '#runtime/fault.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcCall } from '#json-rpc/json-rpc-client.ts'
import type { L1Refs } from './ports.ts'
import { EmbeddedClient } from '#test/fakes/embedded-client.ts'
import { EngineWorld } from '#test/fakes/engine-world.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'

async function startedWorld(record = 'fork-holocene') {
  const world = await EngineWorld.of(record)
  const engine = await world.start()
  await world.derivation.until(({ outcome }) => outcome === 'started')
  return { world, engine, derivation: world.derivation, client: world.client }
}

function assertRecorded({ derivation, record }: EngineWorld): void {
  const { safe } = derivation.chain
  const recorded = record.l2.find(({ block }) => block.number === safe.number)
  assert.equal(safe.hash, recorded?.block.blockHash)
}

const hasAttributes = ({ method, params }: JsonRpcCall) =>
  method.startsWith('engine_forkchoiceUpdated') && params[1] !== null
const isPlainForkchoice = ({ method, params }: JsonRpcCall) =>
  method.startsWith('engine_forkchoiceUpdated') && params[1] === null
const statusWith = (status: string) => ({
  payloadStatus: { status, latestValidHash: null, validationError: 'by the test' },
  payloadId: null,
})

/** Answers the next calls of a kind with the given answers, in order. */
function answersTo(isMeant: (call: JsonRpcCall) => boolean, ...answers: (() => unknown)[]) {
  return (call: JsonRpcCall) => (isMeant(call) ? answers.shift()?.() : undefined)
}

function refuses(code: number): () => never {
  return () => {
    throw new JsonRpcError(code, 'by the test')
  }
}

for (const [what, answer] of [
  ['-38002', refuses(-38_002)],
  ['SYNCING', () => statusWith('SYNCING')],
  ['INVALID', () => statusWith('INVALID')],
] as const) {
  test(`a forkchoice that is answered with ${what} starts a new generation, and the chain continues`, async () => {
    const { client, derivation, world } = await startedWorld()
    await derivation.toEnd({ untilSafe: 6n })
    const { generation } = derivation.chain
    client.intercept = answersTo(isPlainForkchoice, answer)
    await derivation.until((chain) => chain.generation > generation)
    await derivation.toEnd({ untilSafe: 20n })
    assertRecorded(world)
  })
}

for (const [what, isMeant, answer] of [
  ['a forkchoice with attributes gets SYNCING', hasAttributes, () => statusWith('SYNCING')],
  ['a forkchoice with attributes gets no payload id', hasAttributes, () => statusWith('VALID')],
  ['a forkchoice with attributes gets error -32000', hasAttributes, refuses(-32_000)],
  [
    'getPayload gets the error for an unknown payload',
    ({ method }: JsonRpcCall) => method.includes('getPayload'),
    refuses(-38_001),
  ],
  [
    'getPayload gets a malformed answer',
    ({ method }: JsonRpcCall) => method.includes('getPayload'),
    () => ({}),
  ],
  [
    'newPayload gets SYNCING for the block that the client built',
    ({ method }: JsonRpcCall) => method.includes('newPayload'),
    () => statusWith('SYNCING').payloadStatus,
  ],
  [
    'newPayload gets ACCEPTED for the block that the client built',
    ({ method }: JsonRpcCall) => method.includes('newPayload'),
    () => statusWith('ACCEPTED').payloadStatus,
  ],
] as const) {
  test(`if ${what} once, the block is made in the same generation nevertheless`, async () => {
    const { client, derivation, world } = await startedWorld()
    const { generation } = derivation.chain
    client.intercept = answersTo(isMeant, answer)
    await derivation.toEnd({ untilSafe: 12n })
    assert.equal(derivation.chain.generation, generation)
    assertRecorded(world)
  })
}

test('after a restart of the execution client during a build, the build is repeated', async () => {
  const { client, derivation, world } = await startedWorld()
  let restarts = 0
  client.intercept = ({ method }) => {
    if (method.includes('getPayload') && restarts < 5 && restarts++ % 2 === 0) client.restart()
  }
  await derivation.toEnd({ untilSafe: 12n })
  assert.equal(restarts, 5)
  assertRecorded(world)
})

test('the status shows an execution client that does not answer, and the engine retries', async () => {
  const { client, derivation, engine, world } = await startedWorld()
  await derivation.toEnd({ untilSafe: 6n })
  client.intercept = () => {
    throw new Fault('rpc-unreachable', { detail: 'connection refused' })
  }
  const derived = derivation.next() ?? assert.fail()
  const request = derivation.requestOf(derived)
  await derivation.call(request)
  await world.bus.pass(20_000)
  const { wait } = engine.status.snapshot()
  assert.match(wait?.what ?? '', /the execution client does not answer .*connection refused/)
  assert.match(
    wait?.next ?? '',
    /retries .*; see that the execution client runs, and check --engine-url/,
  )
  client.intercept = () => undefined
  await derivation.until(({ sequence }) => sequence === request.sequence, 15_000)
  assert.equal(derivation.chain.generation, request.generation)
  assert.equal(engine.status.snapshot().wait, undefined)
})

test('the status shows that the execution client refuses the token, and what an operator can do', async () => {
  const world = await EngineWorld.of('fork-holocene')
  world.client.intercept = () => {
    throw new Fault('rpc-status', {
      detail: 'http://127.0.0.1:8551: HTTP status 401: signature is invalid',
      fields: { status: 401, isFinal: true },
    })
  }
  const engine = await world.start()
  await world.bus.pass(3_000)
  const { wait } = engine.status.snapshot()
  assert.match(wait?.what ?? '', /signature is invalid/)
  assert.match(wait?.next ?? '', /the same --jwt-secret-file/)
  world.client.intercept = () => undefined
  await world.derivation.until(({ outcome }) => outcome === 'started')
})

test('the status has a notice, and no wait, if the execution client is too old for a future fork', async () => {
  const world = await EngineWorld.of('fork-karst')
  const { client } = world
  client.intercept = ({ method }) =>
    method === 'engine_exchangeCapabilities'
      ? allMethods.filter((name) => name !== 'engine_getPayloadV5')
      : undefined
  const engine = await world.start()
  await world.derivation.until(({ outcome }) => outcome === 'started')
  const { notices, wait } = engine.status.snapshot()
  assert.equal(wait, undefined)
  assert.match(
    notices.join(),
    /^your execution client is too old for fork karst, .*engine_getPayloadV5$/,
  )
  // The execution client is stopped for its upgrade.
  client.intercept = () => {
    throw new Fault('rpc-unreachable')
  }
  await world.bus.pass(10_000)
  assert.match(engine.status.snapshot().wait?.what ?? '', /does not answer/)
  client.intercept = () => undefined
  await world.bus.pass(10_000)
  assert.deepEqual(engine.status.snapshot().notices, [])
})

test('if an execution client lost its data, it gets the chain again', async () => {
  const { client, derivation, world } = await startedWorld()
  await derivation.toEnd({ untilSafe: 20n })
  const { generation } = derivation.chain
  client.wipe()
  const chain = await derivation.until((chain) => chain.generation > generation)
  assert.equal(chain.unsafe.number, 0n)
  await derivation.toEnd({ untilSafe: 24n })
  assertRecorded(world)
})

test('if an execution client has another chain, it gets no forkchoice, and the status shows the wrong chain', async () => {
  const world = await EngineWorld.of('fork-holocene')
  const right = world.client
  const other = await readRecord('fork-jovian')
  const wrong = new EmbeddedClient(other.genesis, world.bus.clock)
  world.client = wrong
  const engine = await world.start()
  await world.bus.pass(120_000)
  const { wait } = engine.status.snapshot()
  assert.match(wait?.what ?? '', /wrong-chain/)
  assert.match(wait?.next ?? '', /retries every 10 s; see that --network/)
  assert.equal(engine.ended.isOver, false)
  assert.ok(!wrong.calls.some(({ method }) => method.startsWith('engine_forkchoice')))
  world.client = right
  await world.derivation.until(({ outcome }) => outcome === 'started')
  assert.equal(engine.status.snapshot().wait, undefined)
})

for (const hasBlocks of [false, true]) {
  const whose = hasBlocks ? 'with blocks' : 'without blocks'
  for (const [what, message] of [
    ['chain id', /L1 \(--l1-rpc-urls\) has chain id 12345, the rollup config has l1_chain_id 900$/],
    ['genesis', /block 0 of L1 \(--l1-rpc-urls\) is 0x\w{64}, .* genesis.l1.hash 0x\w{64}$/],
  ] as const) {
    test(`the status shows an L1 with another ${what}; an execution client ${whose} gets no forkchoice`, async () => {
      const world = await EngineWorld.of('fork-holocene')
      const { client, derivation, l1 } = world
      if (hasBlocks) {
        const first = await world.start()
        await derivation.until(({ outcome }) => outcome === 'started')
        await derivation.toEnd({ untilSafe: 6n })
        first.stop()
        await world.bus.pass(20_000)
      }
      const states = derivation.states.length
      const calls = client.calls.length
      world.l1 = l1Of(what, l1)
      const engine = await world.start('engine-1')
      await world.bus.pass(120_000)
      const { wait } = engine.status.snapshot()
      assert.match(wait?.what ?? '', message)
      assert.match(wait?.next ?? '', /retries every 10 s; see that --network/)
      assert.equal(engine.ended.isOver, false)
      assert.equal(derivation.states.length, states)
      const methods = client.calls.slice(calls).map(({ method }) => method)
      assert.ok(!methods.some((method) => method.startsWith('engine_forkchoice')))
      world.l1 = l1
      await derivation.until(() => derivation.states.length > states)
      assert.equal(engine.status.snapshot().wait, undefined)
    })
  }
}

/** An L1 of another chain. */
function l1Of(what: 'chain id' | 'genesis', l1: L1Refs): L1Refs {
  if (what === 'chain id') return { ...l1, chainId: async () => 12_345n }
  return {
    ...l1,
    blocksDown: async (from) => {
      const blocks = await l1.blocksDown(from)
      return blocks.map((block) =>
        block.number === 0n ? { ...block, hash: block.parentHash } : block,
      )
    },
  }
}

test('if a built block differs from its attributes, it never becomes a head', async () => {
  const { client, derivation, engine, world } = await startedWorld()
  await derivation.toEnd({ untilSafe: 6n })
  let isMismatch = true
  client.intercept = async ({ method, params }) => {
    if (!method.includes('getPayload') || !isMismatch) return undefined
    const { intercept } = client
    client.intercept = () => undefined
    const envelope = (await client.call(method, params)) as { executionPayload: object }
    client.intercept = intercept
    const executionPayload = { ...envelope.executionPayload, transactions: [] }
    return { ...envelope, executionPayload }
  }
  const derived = derivation.next() ?? assert.fail()
  await derivation.call(derivation.requestOf(derived))
  await world.bus.pass(60_000)
  const { wait } = engine.status.snapshot()
  assert.match(
    wait?.what ?? '',
    /built a block 7 that differs from its attributes: transactions.length is 0/,
  )
  assert.match(wait?.next ?? '', /retries every 10 s; see that the version/)
  assert.equal(derivation.chain.unsafe.number, 6n)
  isMismatch = false
  await derivation.until(({ safe, unsafe }) => safe.number >= 6n && unsafe.number === 7n)
})

test('the status shows a refused deposits-only block, and the chain does not continue beyond it', async () => {
  const { client, derivation, engine, world } = await startedWorld('fork-karst')
  await derivation.toEnd({ untilSafe: 6n })
  client.intercept = (call) => (hasAttributes(call) ? statusWith('INVALID') : undefined)
  const derived = derivation.next() ?? assert.fail()
  await derivation.call(derivation.requestOf(derived))
  await world.bus.pass(60_000)
  const { wait } = engine.status.snapshot()
  assert.match(wait?.what ?? '', /refuses block 7, which has only deposits: by the test/)
  assert.match(wait?.next ?? '', /retries every 10 s; deposits are always valid/)
  client.intercept = () => undefined
  await derivation.until(({ safe }) => safe.number === 7n)
})

test('if a failure repeats in new generations, the job is retried with growing pauses', async () => {
  const { client, derivation, engine, world } = await startedWorld()
  client.intercept = (call) => (hasAttributes(call) ? refuses(-38_002)() : undefined)
  const { generation } = derivation.chain
  let request: ApplyAttributesRequest | undefined
  const waits: string[] = []
  const starts = new Set<number>()
  for (let second = 0; second < 60; second++) {
    if (request?.generation !== derivation.chain.generation)
      request = derivation.requestOf(derivation.next() ?? assert.fail())
    await derivation.call(request)
    await world.bus.pass(1_000)
    const { wait } = engine.status.snapshot()
    waits.push(wait?.what ?? '')
    if (wait?.what.includes('-38002') === true) starts.add(wait.sinceMs)
  }
  const lastedMs = Math.max(...starts) - Math.min(...starts)
  assert.ok(starts.size > 0 && lastedMs < 100, 'a reset does not begin the wait again')
  const generations = new Set(derivation.states.map((chain) => chain.generation))
  assert.ok(derivation.chain.generation > generation)
  assert.ok(generations.size < 11, `${generations.size} generations`)
  assert.ok(waits.filter((what) => what.includes('-38002')).length > 30)
})

test('the status shows an L1 that does not answer, and the engine retries', async () => {
  const world = await EngineWorld.of('fork-holocene')
  const { l1 } = world
  world.l1 = {
    ...l1,
    blocksDown: async () => {
      throw new Fault('l1-unavailable', { detail: 'L1 does not answer' })
    },
  }
  const engine = await world.start()
  await world.bus.pass(3_000)
  assert.match(engine.status.snapshot().wait?.what ?? '', /L1 does not answer/)
  world.l1 = l1
  await world.derivation.until(({ outcome }) => outcome === 'started')
})

test('if the lease of an engine expired, the engine makes no call', async () => {
  const { client, engine, world } = await startedWorld()
  world.bus.lost = ({ subject }) => subject.includes('lease')
  await world.bus.pass(12_000)
  assert.equal((engine.ended.error as Fault | undefined)?.code, 'lease-expired')
  const calls = client.calls.length
  await world.bus.pass(60_000)
  assert.equal(client.calls.length, calls)
})

test('a metric has the start time of a fork for which the execution client lacks a method', async () => {
  const world = await EngineWorld.of('fork-karst')
  const { client } = world
  client.intercept = ({ method }) =>
    method === 'engine_exchangeCapabilities'
      ? ['engine_newPayloadV3', 'engine_forkchoiceUpdatedV3', 'engine_getPayloadV3']
      : undefined
  const engine = await world.start()
  await world.derivation.until(({ outcome }) => outcome === 'started')
  const text = await engine.registry.getSingleMetricAsString('atoll_engine_fork_gap_start_seconds')
  assert.match(text, /fork="/)
})

test('unsafe blocks above a gap are inserted when the execution client has fetched the gap', async () => {
  const { client, derivation, world } = await startedWorld()
  const { bus, gossip, record } = world
  for (const { block } of record.l2.slice(20, 25))
    await bus.settle(gossip.append(payloadReceived, { payload: block }))
  await bus.pass(10_000)
  assert.equal(derivation.chain.unsafe.number, 0n)
  await client.fetch(
    record.config,
    record.l2.slice(1, 20).map(({ block }) => block),
  )
  await derivation.until(({ unsafe }) => unsafe.number === 24n)
  assert.equal(derivation.chain.safe.number, 0n)
})
