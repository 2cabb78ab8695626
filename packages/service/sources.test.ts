import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResetResponse } from '#messages/reset.ts'
import { l1Heads, reset, safeAt } from '#messages/subjects.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { BusWorld } from '#test/fakes/bus-world.ts'
import { headsAt, safeEntry } from '#test/fakes/values.ts'
import { blockHint } from '#test/fakes/test-subjects.ts'
import { runActor, type Step } from './actor.ts'
import { noTracing } from '#runtime/tracing.ts'
import { Inbox, type Source } from './inbox.ts'
import {
  type CallId,
  following,
  listening,
  OpenCalls,
  serving,
  tailing,
  ticking,
} from './sources.ts'

/** Runs an actor that only records its events. */
function recorded(...sources: readonly Source<string>[]) {
  const events: string[] = []
  const ended = new AbortController()
  const step: Step<undefined, string, never> = (state, event) => {
    events.push(event)
    return [state]
  }
  const inbox = new Inbox(sources, { bus: { tracing: noTracing }, signal: ended.signal })
  const running = runActor({ state: undefined, step, inbox, perform: () => [] })
  return { events, running, end: () => ended.abort() }
}

test('states, log entries, hints and ticks become events', async () => {
  const world = await BusWorld.provisioned()
  const watcher = await world.join('da-watcher')
  const derivation = await world.join('derivation')
  const engine = await world.join('engine')
  const { bus } = await world.join('rpc')
  const { events, running, end } = recorded(
    following(bus, l1Heads, ({ head }) => `head ${head.number}`),
    tailing(bus, { log: safeAt, from: 1n }, ({ l1 }) => `entry ${l1.number}`),
    listening(bus, blockHint, ({ l1 }) => `hint ${l1.number}`),
    ticking(world.clock, 1_000, () => 'tick'),
  )
  await world.settle(watcher.bus.own(l1Heads).write(headsAt(1)))
  await world.pass(10)
  await world.settle(derivation.bus.append(safeAt, safeEntry(1)))
  await world.pass(10)
  engine.bus.emit(blockHint, safeEntry(7))
  await world.pass(1_000)
  assert.deepEqual(events, ['head 1', 'entry 1', 'hint 7', 'tick'])
  end()
  await world.settle(running)
  await world.settle(derivation.bus.append(safeAt, safeEntry(2)))
  await world.pass(5_000)
  assert.equal(events.length, 4)
})

test('a call becomes an event with an id, and this id answers the call once', async () => {
  const world = await BusWorld.provisioned()
  const engine = await world.join('engine')
  const derivation = await world.join('derivation')
  const calls = new OpenCalls()
  const received: [generation: bigint, call: CallId<ResetResponse>][] = []
  recorded(
    serving(engine.bus, { call: reset, calls }, ({ generation }, call) => {
      if (generation === 0n) throw new Error('no such generation')
      received.push([generation, call])
      return `reset ${generation}`
    }),
  )
  const call = (generation: bigint) => {
    const request = { generation, reason: 'operator' } as const
    return derivation.bus.call(reset, request, { deadlineMs: 100 })
  }
  const answers = Promise.all([call(5n), call(7n)])
  await world.pass(10)
  assert.equal(new Set(received.map(([, id]) => id)).size, 2)
  for (const [generation, id] of received.toReversed()) {
    calls.answer({ kind: 'answer', call: id, response: { generation: generation + 1n } })
    calls.answer({ kind: 'answer', call: id, response: { generation: 0n } })
  }
  assert.deepEqual(await world.settle(answers), [{ generation: 6n }, { generation: 8n }])
  await assert.rejects(world.settle(call(0n)), { code: 'internal' })

  const refused = Promise.allSettled([call(8n), call(9n)])
  await world.pass(10)
  calls.refuse(received.at(-2)?.[1] ?? 0, new Fault('busy'))
  calls.refuseAll(new Fault('aborted'))
  const reasons = (await world.settle(refused)).map((settled) =>
    settled.status === 'rejected' && isFault(settled.reason) ? settled.reason.code : settled.status,
  )
  assert.deepEqual(reasons, ['busy', 'aborted'])
})

test('a tail that fails stops the actor', async () => {
  const world = await BusWorld.provisioned()
  const gossip = await world.join('gossip')
  // The table of subjects does not name gossip as a reader of this log.
  const { running } = recorded(tailing(gossip.bus, { log: safeAt, from: 1n }, () => 'entry'))
  await assert.rejects(world.settle(running), { code: 'not-permitted' })
})
