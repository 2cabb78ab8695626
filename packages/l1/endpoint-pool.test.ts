import type { FaultCode } from '#runtime/fault-codes.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { EndpointPool } from './endpoint-pool.ts'

/** Behaviour of an endpoint: after `afterMs` it answers, or fails with `code`. */
interface Plan {
  afterMs: number
  code?: FaultCode
  fields?: Readonly<Record<string, unknown>>
}

/** Endpoints by name with planned answers, and the order in which they were queried. */
function pool(plans: Record<string, Plan>) {
  const clock = new VirtualClock(0)
  const asked: string[] = []
  const aborted: string[] = []
  const endpoints = Object.keys(plans).map((name) => ({ name }))
  const all = new EndpointPool({ endpoints, clock, what: 'endpoint' })
  const task = async ({ name }: { readonly name: string }, signal: AbortSignal) => {
    asked.push(name)
    const { afterMs, code, fields = {} } = plans[name] ?? { afterMs: 0 }
    if (!(await sleep(clock, afterMs, signal))) {
      aborted.push(name)
      throw new Fault('aborted')
    }
    if (code === undefined) return name
    throw new Fault<FaultCode>(code, { detail: `${name}: broken`, fields })
  }
  const settle = async (promise: Promise<string>): Promise<string> => {
    const result = promise.then(
      (name) => name,
      (error: Fault) =>
        isFault(error, 'l1-unavailable') && error.fields.next !== undefined
          ? `${error.message}; ${error.fields.next}`
          : error.message,
    )
    let isDone = false
    void result.finally(() => (isDone = true))
    await clock.run(60_000, () => isDone)
    return result
  }
  const ask = (signal?: AbortSignal) => settle(all.ask(task, { signal }))
  return { all, ask, asked, aborted, clock, task, plans }
}

test('the first endpoint is queried until there are ratings, then the fastest endpoint', async () => {
  const { ask, asked, all, task, clock } = pool({ a: { afterMs: 400 }, b: { afterMs: 20 } })
  assert.equal(await ask(), 'a')
  const each = all.askEach(task)
  await clock.run(1_000, () => false)
  await each
  assert.equal(await ask(), 'b')
  assert.deepEqual(asked, ['a', 'a', 'b', 'b'])
})

test('if an endpoint fails, the next endpoint is queried immediately, and is preferred from then on', async () => {
  const { ask, asked, clock } = pool({ a: { afterMs: 5, code: 'rpc-status' }, b: { afterMs: 50 } })
  assert.equal(await ask(), 'b')
  assert.equal(clock.monotonicMs(), 55)
  assert.equal(await ask(), 'b')
  assert.deepEqual(asked, ['a', 'b', 'b'])
})

test('if an endpoint is slow, the next endpoint is queried too, and the slow query is aborted', async () => {
  const { ask, aborted, clock } = pool({ a: { afterMs: 10_000 }, b: { afterMs: 50 } })
  assert.equal(await ask(), 'b')
  assert.equal(clock.monotonicMs(), 850)
  assert.deepEqual(aborted, ['a'])
  assert.equal(await ask(), 'b')
})

test('if the answer of a slow endpoint arrives first, it is used', async () => {
  const { ask, asked } = pool({ a: { afterMs: 1_000 }, b: { afterMs: 5_000 } })
  assert.equal(await ask(), 'a')
  assert.deepEqual(asked, ['a', 'b'])
})

test('if every endpoint fails, the error names each endpoint with its failure', async () => {
  const { ask } = pool({
    a: { afterMs: 1, code: 'rpc-status', fields: { status: 429, retryAfterMs: 7_000 } },
    b: { afterMs: 1, code: 'rpc-unreachable' },
  })
  const message = await ask()
  assert.equal(
    message,
    'l1-unavailable: no endpoint is left: a: rpc-status: broken | b: rpc-unreachable: broken; a is queried again in 7 s',
  )
})

test('if the answers of the only endpoint are wrong, it is queried twice a second, even after many wrong answers', async () => {
  const { ask, asked, plans, clock } = pool({ a: { afterMs: 0, code: 'l1-invalid' } })
  for (let round = 1; round <= 10; round++) {
    assert.match(await ask(), /l1-invalid: broken; a is queried again in 1 s$/)
    assert.equal(asked.length, round)
    // The next query waits until the pause of the endpoint ends.
    assert.equal(clock.monotonicMs(), (round - 1) * 500)
  }
  const [a] = Object.values(plans)
  if (a !== undefined) delete a.code
  assert.equal(await ask(), 'a')
  assert.equal(clock.monotonicMs(), 5_000)
})

test('if the only endpoint has a long pause, a query fails at once; if it has a short pause, the query waits, and can be aborted meanwhile', async () => {
  const fields = { retryAfterMs: 10_000 }
  const limited = pool({ a: { afterMs: 0, code: 'rpc-limited', fields } })
  await limited.ask()
  assert.match(await limited.ask(), /; a is queried again in 10 s$/)
  assert.equal(limited.clock.monotonicMs(), 0)
  const { ask, asked } = pool({ a: { afterMs: 0, code: 'l1-invalid' } })
  await ask()
  const aborted = new AbortController()
  aborted.abort()
  assert.equal(await ask(aborted.signal), 'aborted')
  assert.deepEqual(asked, ['a'])
})

test('if the other endpoints fail, an endpoint in a pause is queried, but not in the first half second of its pause', async () => {
  const { ask, asked, plans, clock } = pool({
    a: { afterMs: 1, code: 'l1-invalid' },
    b: { afterMs: 1 },
  })
  assert.equal(await ask(), 'b')
  assert.deepEqual(asked, ['a', 'b'])
  plans['b'] = { afterMs: 1, code: 'rpc-unreachable' }
  plans['a'] = { afterMs: 1 }
  assert.match(await ask(), /; a is queried again in 1 s$/)
  assert.deepEqual(asked.slice(2), ['b'])
  await clock.run(500, () => false)
  assert.equal(await ask(), 'a')
})

test('if the only good endpoint lacks a block, an endpoint in a pause is not queried for it', async () => {
  const { ask, asked, plans, clock } = pool({
    a: { afterMs: 1, code: 'l1-invalid' },
    b: { afterMs: 1 },
  })
  assert.equal(await ask(), 'b')
  plans['b'] = { afterMs: 1, code: 'l1-behind' }
  await clock.run(1_000, () => false)
  assert.equal(await ask(), 'l1-behind: b: broken')
  assert.deepEqual(asked, ['a', 'b', 'b'])
})

test('if no endpoint has the data, the query fails with l1-behind, and no endpoint counts as failed', async () => {
  const { ask, all } = pool({
    a: { afterMs: 1, code: 'l1-behind' },
    b: { afterMs: 1, code: 'l1-behind' },
  })
  assert.equal(await ask(), 'l1-behind: a: broken')
  assert.deepEqual(
    all.ratings.map(({ lastFailure }) => lastFailure),
    [undefined, undefined],
  )
})

test('if an endpoint failed before its latency was known, it is queried last, even long after the failure', async () => {
  const { ask, asked, plans, clock } = pool({
    a: { afterMs: 10, code: 'rpc-status' },
    b: { afterMs: 100 },
  })
  assert.equal(await ask(), 'b')
  const [a] = Object.values(plans)
  if (a !== undefined) delete a.code
  await clock.run(300_000, () => false)
  // The latency of the first endpoint is unknown, and is assumed to be higher than that of the second endpoint.
  assert.equal(await ask(), 'b')
  assert.deepEqual(asked, ['a', 'b', 'b'])
})

test('if an endpoint is behind, it is queried last', async () => {
  const { ask, all } = pool({ a: { afterMs: 10 }, b: { afterMs: 10 } })
  assert.equal(await ask(), 'a')
  all.noteLag('a', 3n)
  assert.equal(await ask(), 'b')
  all.noteLag('a', 0n)
  assert.equal(await ask(), 'a')
})

test('an aborted query fails immediately', async () => {
  const { ask, clock, aborted } = pool({ a: { afterMs: 10_000 } })
  const stop = new AbortController()
  clock.after(100, () => stop.abort())
  assert.match(await ask(stop.signal), /^aborted/)
  assert.equal(clock.monotonicMs(), 100)
  assert.deepEqual(aborted, ['a'])
  assert.match(await ask(stop.signal), /^aborted/)
})
