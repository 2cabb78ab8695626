import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type {
  ControlSequencerRequest,
  ControlSequencerResponse,
} from '#messages/control-sequencer.ts'
import { controlSequencer } from '#messages/subjects.ts'
import { errorOf, resultOf, RpcWorld } from '#test/fakes/rpc-world.ts'
import { hash } from '#test/fakes/values.ts'

/** A replica of a node with a sequencer, which answers each request with `answer`. */
async function withSequencer(t: TestContext) {
  const { world, replica } = await RpcWorld.started(t, { ports: { hasSequencer: true } })
  const requests: ControlSequencerRequest[] = []
  const answer: { response: ControlSequencerResponse; late: Promise<unknown> } = {
    response: {
      refusal: undefined,
      isActive: true,
      hasConductor: true,
      isRecovering: false,
      head: hash(7),
    },
    late: Promise.resolve(),
  }
  const { bus } = await world.bus.join('sequencer')
  bus.serve(controlSequencer, async (request) => {
    requests.push(request)
    await answer.late
    return answer.response
  })
  const ask = (method: string, params?: unknown) => world.askAdmin(replica, method, params)
  return { world, replica, requests, answer, ask }
}

test("the methods for a sequencer reach it, and its answers have op-node's form", async (t) => {
  const { requests, answer, ask } = await withSequencer(t)
  const cases: readonly (readonly [string, unknown, ControlSequencerRequest, unknown])[] = [
    ['startSequencer', [hash(7)], { kind: 'start', head: hash(7) }, null],
    ['stopSequencer', [], { kind: 'stop' }, hash(7)],
    ['stopSequencer', null, { kind: 'stop' }, hash(7)],
    ['sequencerActive', [], { kind: 'fetch' }, true],
    ['conductorEnabled', [], { kind: 'fetch' }, true],
    ['overrideLeader', [], { kind: 'override-leader' }, null],
    ['setRecoverMode', [true], { kind: 'set-recover-mode', isOn: true }, null],
    ['setRecoverMode', [false], { kind: 'set-recover-mode', isOn: false }, null],
  ]
  for (const [name, params, request, result] of cases) {
    const text = await ask(`admin_${name}`, params)
    assert.deepEqual(JSON.parse(text), { jsonrpc: '2.0', id: 1, result }, name)
    assert.deepEqual(requests.pop(), request)
  }
  answer.response = { ...answer.response, isActive: false, hasConductor: false, head: undefined }
  assert.equal(resultOf(await ask('admin_sequencerActive')), false)
  assert.equal(resultOf(await ask('admin_conductorEnabled')), false)
  assert.equal(resultOf(await ask('admin_stopSequencer')), `0x${'00'.repeat(32)}`)
})

test('a call to start may omit the hash, as with kona-node, but a malformed hash is refused', async (t) => {
  const { requests, ask } = await withSequencer(t)
  for (const params of [[], null]) {
    assert.equal(resultOf(await ask('admin_startSequencer', params)), null)
    assert.deepEqual(requests.pop(), { kind: 'start', head: undefined })
  }
  const invalid: readonly (readonly [string, readonly unknown[], string])[] = [
    // A script that did not find the hash passes null. This must not start the sequencer on whatever head it has.
    [
      'startSequencer',
      [null],
      'invalid argument 0: json: cannot unmarshal non-string into Go value of type common.Hash',
    ],
    [
      'startSequencer',
      ['0x12'],
      'invalid argument 0: hex string has length 2, want 64 for common.Hash',
    ],
    ['startSequencer', [hash(1), 1], 'too many arguments, want at most 1'],
    ['stopSequencer', [1], 'too many arguments, want at most 0'],
    ['setRecoverMode', [], 'missing value for required argument 0'],
    [
      'setRecoverMode',
      ['yes'],
      'invalid argument 0: json: cannot unmarshal string into Go value of type bool',
    ],
  ]
  for (const [name, params, message] of invalid)
    assert.equal(errorOf(await ask(`admin_${name}`, params)), `-32602 ${message}`)
  assert.deepEqual(requests, [])
})

test('a refusal of the sequencer reaches the client byte for byte', async (t) => {
  const { answer, ask } = await withSequencer(t)
  for (const refusal of [
    'sequencer already running',
    'sequencer not running',
    'sequencer is not the leader, aborting',
    'sequencer leader check failed: Post "http://127.0.0.1:8547": dial tcp: connection refused',
    `no prestate, cannot determine if sequencer start at ${hash(1)} is safe`,
    `block hash does not match: head ${hash(2)}:9, received ${hash(1)}`,
  ]) {
    answer.response = { ...answer.response, refusal }
    for (const method of ['admin_startSequencer', 'admin_stopSequencer', 'admin_overrideLeader'])
      assert.equal(
        await ask(method),
        `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":${JSON.stringify(refusal)}}}`,
      )
  }
})

test('if the sequencer does not run, or does not answer, the answer of each method is an error that names the sequencer', async (t) => {
  const { world, replica } = await RpcWorld.started(t, { ports: { hasSequencer: true } })
  for (const method of ['admin_startSequencer', 'admin_stopSequencer', 'admin_sequencerActive'])
    assert.equal(
      errorOf(await world.askAdmin(replica, method)),
      '-32000 sequencer.control: unavailable: there is no subscriber',
    )
  const { bus } = await world.bus.join('sequencer')
  bus.serve(controlSequencer, () => new Promise(() => undefined))
  const asked = world.askAdmin(replica, 'admin_conductorEnabled')
  await world.pass(4_500)
  assert.match(String(errorOf(await asked)), /^-32000 sequencer\.control: timeout/)
})

test('a stop that waits for a published block is answered after half a minute', async (t) => {
  const { world, requests, answer, ask } = await withSequencer(t)
  const inserted = Promise.withResolvers<undefined>()
  answer.late = inserted.promise
  const stopped = ask('admin_stopSequencer')
  const soon = () => new Promise((resolve) => setTimeout(resolve, 1))
  for (let polls = 0; requests.length === 0 && polls < 5_000; polls++) await soon()
  await world.pass(30_000)
  inserted.resolve(undefined)
  assert.equal(resultOf(await stopped), hash(7))
})

test('without a sequencer, the methods answer as on an op-node that is a verifier, with the same errors', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const ask = (method: string, params?: unknown) => world.askAdmin(replica, method, params)
  const disabled = '-32000 sequencer is not enabled'
  assert.equal(errorOf(await ask('admin_startSequencer', [hash(1)])), disabled)
  assert.equal(
    errorOf(await ask('admin_startSequencer', ['0x12'])),
    '-32602 invalid argument 0: hex string has length 2, want 64 for common.Hash',
  )
  assert.equal(
    errorOf(await ask('admin_startSequencer')),
    '-32602 missing value for required argument 0',
  )
  assert.equal(errorOf(await ask('admin_stopSequencer')), disabled)
  assert.equal(errorOf(await ask('admin_overrideLeader')), disabled)
  assert.equal(resultOf(await ask('admin_sequencerActive')), false)
  assert.equal(resultOf(await ask('admin_conductorEnabled')), false)
  assert.equal(resultOf(await ask('admin_setRecoverMode', [true])), null)
  assert.equal(
    errorOf(await ask('admin_setRecoverMode', ['yes'])),
    '-32602 invalid argument 0: json: cannot unmarshal string into Go value of type bool',
  )
})

test('the port with admin methods has all methods that op-conductor calls, with the token in the URL', async (t) => {
  const { world, replica, requests } = await withSequencer(t)
  const { adminUrl = '' } = replica.servers
  const authorization = `Basic ${Buffer.from(`atoll:${'7a'.repeat(32)}`).toString('base64')}`
  for (const method of ['optimism_syncStatus', 'opp2p_peerStats', 'admin_sequencerActive']) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] })
    const { status, text } = await world.post(adminUrl, body, { authorization })
    assert.equal(status, 200)
    assert.ok(!String(errorOf(text)).startsWith('-32601'), method)
  }
  assert.deepEqual(requests, [{ kind: 'fetch' }])
})
