import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyAttributes, fetchL1Block, reset } from '#messages/subjects.ts'
import type { ResetRequest } from '#messages/reset.ts'
import { Fault } from '#runtime/fault.ts'
import { BusWorld } from '#test/fakes/bus-world.ts'
import { l1Ref } from '#test/fakes/values.ts'
import { blockHint } from '#test/fakes/test-subjects.ts'
import { safeEntry } from '#test/fakes/values.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Address } from '#protocol/primitives.ts'
import { maxCallsInFlight, maxPayloadBytes } from './bus-limits.ts'

const request: ResetRequest = { generation: 5n, reason: 'operator' }
const soon = { deadlineMs: 500 }

async function called() {
  const world = await BusWorld.provisioned()
  const server = await world.join('engine')
  const caller = await world.join('derivation')
  const call = () => world.settle(caller.bus.call(reset, request, soon))
  return { world, server, caller, call }
}

test('a call is answered', async () => {
  const { server, call } = await called()
  server.bus.serve(reset, ({ generation }) => Promise.resolve({ generation: generation + 1n }))
  assert.deepEqual(await call(), { generation: 6n })
})

test('if no service serves a call, the call fails immediately', async () => {
  const { world, call } = await called()
  const startedMs = world.clock.monotonicMs()
  await assert.rejects(call(), { code: 'unavailable', severity: 'temporary' })
  assert.ok(world.clock.monotonicMs() - startedMs < 10)
})

test('if a call gets no answer, it fails at its deadline', async () => {
  const { world, server, call } = await called()
  server.bus.serve(reset, () => new Promise(() => undefined))
  const startedMs = world.clock.monotonicMs()
  await assert.rejects(call(), { code: 'timeout', severity: 'temporary' })
  assert.equal(world.clock.monotonicMs() - startedMs, 500)
})

test('if the answer to a call is lost with the connection, the call fails at the reconnect, not at its deadline', async () => {
  const { world, server, caller } = await called()
  server.bus.serve(reset, () => new Promise(() => undefined))
  const call = caller.bus.call(reset, request, { deadlineMs: 30_000 })
  await world.pass(10)
  caller.control.cut()
  await world.pass(100)
  caller.control.mend()
  await assert.rejects(world.settle(call), { code: 'timeout', severity: 'temporary' })
  assert.ok(world.clock.monotonicMs() < 1_000)
})

test('if a request arrives after its deadline, it is dropped without an answer', async () => {
  const { world, server, call } = await called()
  let handled = 0
  server.bus.serve(reset, () => {
    handled++
    return Promise.resolve({ generation: 1n })
  })
  // The request is in transit for longer than its caller waits.
  const deadline = String(world.clock.now() + 500)
  await world.pass(510)
  world.inject({
    subject: 'atoll.10.main.call.engine.reset',
    data: reset.request.encode(request),
    headers: { 'Atoll-Type': 'atoll.v1.ResetRequest', 'Atoll-Deadline': deadline },
  })
  await world.pass(10)
  assert.equal(handled, 0)
  assert.equal(server.counts.expired, 1)
  assert.deepEqual(await call(), { generation: 1n })
})

test('a fault of the handler reaches the caller with its code and severity', async () => {
  const { server, call } = await called()
  const fault = new Fault('l2-lost', { detail: 'the chain is not there yet' })
  server.bus.serve(reset, () => Promise.reject(fault))
  await assert.rejects(call(), {
    code: 'l2-lost',
    severity: 'reset',
    message: 'l2-lost: the chain is not there yet',
  })
  assert.deepEqual(server.fatal, [])
})

test('an error of the handler that is not a fault stops the process, and the caller gets a temporary fault', async () => {
  const { server, call } = await called()
  server.bus.serve(reset, () => Promise.reject(new Error('an invariant does not hold')))
  await assert.rejects(call(), { code: 'internal', severity: 'temporary' })
  assert.match(server.fatal[0]?.message ?? '', /invariant does not hold/)
})

test('a malformed request is answered with a fault and counted', async () => {
  const { world, server } = await called()
  server.bus.serve(reset, () => Promise.resolve({ generation: 1n }))
  const stranger = world.server.connect({ name: 'stranger', role: 'operator' })
  const subject = 'atoll.10.main.call.engine.reset'
  const late = '99999999999999'
  for (const [type, deadline, data] of [
    ['atoll.v1.ResetRequest', late, Uint8Array.of(255)],
    ['atoll.v1.ChainState', late, reset.request.encode(request)],
    ['atoll.v1.ResetRequest', 'soon', reset.request.encode(request)],
    ['atoll.v1.ResetRequest', '', reset.request.encode(request)],
  ] as const) {
    const headers = { 'Atoll-Type': type, 'Atoll-Deadline': deadline }
    const reply = await world.settle(
      stranger.request({ subject, data, headers }, { timeoutMs: 100 }),
    )
    assert.equal(reply.header('Atoll-Error'), 'malformed')
  }
  assert.deepEqual(server.counts.refusals, ['malformed', 'unknown-type', 'malformed', 'malformed'])
})

test('an answer of the wrong message type is a fault', async () => {
  const { world, call } = await called()
  const stranger = world.server.connect({ name: 'stranger', role: 'operator' })
  stranger.subscribe('atoll.10.main.call.engine.reset', {
    onMessage: ({ respond }) => respond?.({ data: Uint8Array.of(1, 2, 3) }),
  })
  await assert.rejects(call(), { code: 'malformed', severity: 'critical' })
})

for (const excess of [0, 1]) {
  test(`of ${maxCallsInFlight + excess} concurrent calls, ${excess} are refused as busy`, async () => {
    const { world, server, caller } = await called()
    const open: (() => void)[] = []
    server.bus.serve(
      reset,
      () => new Promise((resolve) => open.push(() => resolve({ generation: 1n }))),
    )
    const calls = Array.from({ length: maxCallsInFlight + excess }, () =>
      caller.bus.call(reset, request, soon),
    )
    const settled = Promise.allSettled(calls)
    await world.pass(10)
    for (const answer of open) answer()
    const outcomes = await world.settle(settled)
    const refused = outcomes.filter(({ status }) => status === 'rejected')
    assert.equal(refused.length, excess)
    assert.equal(server.counts.refusals.filter((reason) => reason === 'busy').length, excess)
  })
}

test('if several instances serve a call, only one instance gets each request', async () => {
  const { world, server, call } = await called()
  const standby = world.joinUnleased('engine', 'engine-1')
  const handled: string[] = []
  server.bus.serve(reset, () => Promise.resolve({ generation: BigInt(handled.push('engine-0')) }))
  standby.bus.serve(reset, () => Promise.resolve({ generation: BigInt(handled.push('engine-1')) }))
  await call()
  await world.pass(10)
  assert.equal(handled.length, 1)
})

test('if a call is not declared for the caller, it is denied', async () => {
  const { world, server } = await called()
  const gossip = await world.join('gossip')
  server.bus.serve(applyAttributes, () => Promise.resolve({ kind: 'accepted' }))
  const call = gossip.bus.call(reset, request, soon)
  await assert.rejects(world.settle(call), { code: 'not-permitted' })
})

/** An L1 block of slightly more than `bytes` bytes. */
function blockOfBytes(bytes: number): L1Block {
  return {
    ...l1Ref(1),
    prevRandao: l1Ref(1).hash,
    baseFee: 7n,
    excessBlobGas: undefined,
    parentBeaconBlockRoot: undefined,
    logs: [],
    inboxTransactions: [
      {
        hash: l1Ref(1).hash,
        type: 2,
        sender: `0x${'ba'.repeat(20)}` as Address,
        data: new Uint8Array(bytes),
        blobs: [],
      },
    ],
  }
}

for (const { bytes, fits } of [
  { bytes: maxPayloadBytes - 2_000, fits: true },
  { bytes: maxPayloadBytes, fits: false },
]) {
  test(`an answer of ${bytes} bytes ${fits ? 'is delivered' : 'fails the call and is counted by the serving process'}`, async () => {
    const { world, caller } = await called()
    const watcher = await world.join('da-watcher')
    watcher.bus.serve(fetchL1Block, () =>
      Promise.resolve({ kind: 'block', block: blockOfBytes(bytes) }),
    )
    const block = { kind: 'number', number: 1n } as const
    const batcherAddress = `0x${'ba'.repeat(20)}` as Address
    const call = caller.bus.call(
      fetchL1Block,
      { block, batcherAddress, parentHash: undefined },
      soon,
    )
    if (fits) assert.equal((await world.settle(call)).kind, 'block')
    else {
      await assert.rejects(world.settle(call), { code: 'too-large', severity: 'critical' })
      assert.deepEqual(watcher.counts.refusals, ['too-large'])
    }
  })
}

test('a signal reaches its listeners, and is dropped if it has no listener', async () => {
  const { world, server } = await called()
  server.bus.emit(blockHint, safeEntry(1))
  await world.pass(10)
  const rpc = await world.join('rpc')
  const seen: bigint[] = []
  const listened = rpc.bus.listen(blockHint, ({ l1 }) => seen.push(l1.number))
  await world.pass(10)
  server.bus.emit(blockHint, safeEntry(2))
  await world.pass(10)
  listened.stop()
  server.bus.emit(blockHint, safeEntry(3))
  await world.pass(10)
  assert.deepEqual(seen, [2n])
})
