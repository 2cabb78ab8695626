import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '#runtime/clock.ts'
import { JsonRpcError } from './json-rpc-answer.ts'
import {
  JsonRpcDispatch,
  type Methods,
  passedOnMethod,
  unknownMethod,
} from './json-rpc-dispatch.ts'
import { noSubscriptions } from './subscriptions.ts'

const limits = {
  maxBatchCalls: 100,
  maxDepth: 20,
  maxValues: 10_000,
  maxBatchAnswerLength: 1_000,
  maxBatchMs: 100,
}

const methods: Methods = {
  echo: (params) => params,
  nothing: () => undefined,
  later: (params) => Promise.resolve(params[0]),
  slow: (params) => setTimeout(Number(params[0]), 'slow'),
  refuse: () => {
    throw new JsonRpcError(-38_002, 'invalid forkchoice state', { head: '0x01' })
  },
  refuseLater: () => Promise.reject(new JsonRpcError(-32_000, 'no')),
  break: () => {
    throw new Error('password=1234')
  },
  throwText: () => Promise.reject('password=1234'),
  bigint: () => 5n,
  bigintData: () => {
    throw new JsonRpcError(1, 'odd', 5n)
  },
}

function setup() {
  const calls: [string, number | undefined][] = []
  const logged: unknown[] = []
  const dispatch = new JsonRpcDispatch({
    methods,
    passOn: (method) => (method.startsWith('eth_') ? (params) => ({ method, params }) : undefined),
    limits,
    clock: systemClock,
    onCall: (method, seconds, code) => {
      assert.ok(seconds >= 0 && seconds < 10)
      calls.push([method, code])
    },
    log: { error: (fields: unknown) => logged.push(fields) },
  })
  const ask = async (request: unknown): Promise<unknown> => {
    const text = typeof request === 'string' ? request : JSON.stringify(request)
    const answer = await dispatch.answer(text, noSubscriptions)
    return answer === undefined ? undefined : JSON.parse(answer)
  }
  return { ask, calls, logged }
}

function call(method: string, params: unknown = [], id: unknown = 1) {
  return { jsonrpc: '2.0', id, method, params }
}

for (const [method, params, expected] of [
  ['echo', [1, { a: null }], { result: [1, { a: null }] }],
  ['nothing', [], { result: null }],
  ['later', ['x'], { result: 'x' }],
  [
    'refuse',
    [],
    { error: { code: -38_002, message: 'invalid forkchoice state', data: { head: '0x01' } } },
  ],
  ['refuseLater', [], { error: { code: -32_000, message: 'no' } }],
  ['echo', {}, { error: { code: -32_602, message: 'non-array args' } }],
] as const) {
  test(`${method}(${JSON.stringify(params)}) is answered`, async () => {
    const { ask, logged } = setup()
    assert.deepEqual(await ask(call(method, params)), { jsonrpc: '2.0', id: 1, ...expected })
    assert.deepEqual(logged, [])
  })
}

for (const method of ['break', 'throwText', 'bigint', 'bigintData']) {
  test(`an error in ${method} is logged once, and its text is not sent`, async () => {
    const { ask, logged, calls } = setup()
    const error = { code: -32_603, message: 'internal error' }
    assert.deepEqual(await ask(call(method)), { jsonrpc: '2.0', id: 1, error })
    assert.equal(logged.length, 1)
    assert.deepEqual(calls, [[method, -32_603]])
  })
}

for (const method of ['nope', '', 'constructor', '__proto__', 'toString', 'hasOwnProperty']) {
  test(`the method ${JSON.stringify(method)} does not exist`, async () => {
    const { ask, calls } = setup()
    const message = `the method ${method} does not exist/is not available`
    assert.deepEqual(await ask(call(method)), {
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32_601, message },
    })
    assert.deepEqual(calls, [[unknownMethod, -32_601]])
  })
}

test('the error for an unknown method quotes its name up to a maximum length', async () => {
  const { ask } = setup()
  const answer = (await ask(call('x'.repeat(101)))) as { error: { message: string } }
  assert.equal(
    answer.error.message,
    `the method ${'x'.repeat(100)}… does not exist/is not available`,
  )
})

test('a batch is answered in order, without its notifications', async () => {
  const { ask, calls } = setup()
  const notification = { jsonrpc: '2.0', method: 'later', params: [2] }
  const answers = await ask([call('later', [1], 'a'), notification, 7, call('echo', [3], 'b')])
  assert.deepEqual(answers, [
    { jsonrpc: '2.0', id: 'a', result: 1 },
    { jsonrpc: '2.0', id: null, error: { code: -32_600, message: 'invalid request' } },
    { jsonrpc: '2.0', id: 'b', result: [3] },
  ])
  assert.deepEqual(calls, [
    ['later', undefined],
    ['later', undefined],
    [unknownMethod, -32_600],
    ['echo', undefined],
  ])
})

test('a batch of one call is answered with a batch', async () => {
  const { ask } = setup()
  assert.deepEqual(await ask([call('later', [1])]), [{ jsonrpc: '2.0', id: 1, result: 1 }])
})

test('notifications get no answer, not even an error', async () => {
  const { ask, calls } = setup()
  for (const method of ['echo', 'nope', 'refuse', 'break', 'bigint'])
    assert.equal(await ask({ jsonrpc: '2.0', method }), undefined)
  assert.equal(await ask({ jsonrpc: '2.0', method: 'echo', params: {} }), undefined)
  assert.equal(await ask([{ jsonrpc: '2.0', method: 'echo' }]), undefined)
  assert.equal(calls.length, 7)
})

test('if the answers to a batch exceed the limit, the rest of the batch is refused', async () => {
  const { ask, calls } = setup()
  const overhead = JSON.stringify({ jsonrpc: '2.0', id: 1, result: '' }).length
  const filling = (length: number) => call('later', ['x'.repeat(length - overhead)])
  const codes = async (length: number) => {
    const answers = (await ask([filling(length), call('later')])) as { error?: { code: number } }[]
    return answers.map(({ error }) => error?.code)
  }
  assert.deepEqual(await codes(1_000), [undefined, undefined])
  assert.deepEqual(await codes(1_001), [undefined, -32_003])
  assert.equal(calls.length, 3)
})

test('if a batch takes too long, the rest of the batch is refused', async () => {
  const { ask } = setup()
  const answers = (await ask([call('slow', [150]), call('later')])) as readonly object[]
  assert.deepEqual(answers, [
    { jsonrpc: '2.0', id: 1, result: 'slow' },
    { jsonrpc: '2.0', id: 1, error: { code: -32_002, message: 'request timed out' } },
  ])
})

test('a malformed request is reported without a method', async () => {
  const { ask, calls } = setup()
  assert.deepEqual(await ask('{'), {
    jsonrpc: '2.0',
    id: null,
    error: { code: -32_700, message: 'parse error' },
  })
  assert.deepEqual(calls, [[unknownMethod, -32_700]])
})

test('other requests run between the calls of a batch', async () => {
  const { ask } = setup()
  let turns = 0
  let isDone = false
  const count = () => {
    turns++
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  await ask(Array.from({ length: 10 }, () => call('echo')))
  isDone = true
  assert.ok(turns >= 9, String(turns))
})

test('only one large request is parsed in each turn of the event loop, and small requests are answered between these turns', async () => {
  const { ask, calls } = setup()
  const large = { ...call('nothing'), padding: 'x'.repeat(20_000) }
  const asked = Array.from({ length: 5 }, () => ask(large))
  await new Promise((resolve) => setImmediate(resolve))
  await ask(call('echo'))
  assert.ok(calls.length < 5, `${calls.length} calls are done`)
  assert.equal(calls.at(-1)?.[0], 'echo')
  await Promise.all(asked)
  assert.equal(calls.length, 6)
})

test('a method that the server does not have is passed on, and counted under one name', async () => {
  const { ask, calls } = setup()
  const answer = await ask(call('eth_blockNumber', ['x']))
  const result = { method: 'eth_blockNumber', params: ['x'] }
  assert.deepEqual(answer, { jsonrpc: '2.0', id: 1, result })
  await ask(call('engine_forkchoiceUpdatedV3'))
  assert.deepEqual(calls, [
    [passedOnMethod, undefined],
    [unknownMethod, -32_601],
  ])
})
