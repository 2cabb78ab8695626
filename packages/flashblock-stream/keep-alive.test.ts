import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { KeepAlive } from './keep-alive.ts'
import { streamTimes } from './stream-client.ts'

/** A connection that is checked with the times of the stream. */
function checked({ answers = false } = {}) {
  const clock = new VirtualClock(0)
  const pings: string[] = []
  const silent: number[] = []
  const keepAlive = new KeepAlive({
    clock,
    ...streamTimes,
    answers,
    ping: (payload) => void pings.push(payload),
    onSilent: () => void silent.push(clock.monotonicMs()),
  })
  /** Runs until a moment, and calls `act` each 100 ms. */
  const until = async (endMs: number, act: () => void = () => undefined) => {
    while (clock.monotonicMs() < endMs) {
      await clock.run(100, () => false)
      act()
    }
  }
  return { clock, keepAlive, pings, silent, until }
}

test('each ping has another payload, and a connection whose pings are answered lives', async () => {
  const { keepAlive, pings, silent, until } = checked()
  await until(10_000, () => keepAlive.pong(pings.at(-1) ?? ''))
  assert.equal(pings.length, 20)
  assert.equal(new Set(pings).size, 20)
  assert.deepEqual(silent, [])
})

test('a connection that falls silent after a pong is left within 2 s, although messages still come', async () => {
  const { clock, keepAlive, pings, silent, until } = checked()
  await until(1_000, () => keepAlive.pong(pings.at(-1) ?? ''))
  await until(10_000, () => keepAlive.sign())
  assert.equal(silent.length, 1)
  assert.ok((silent[0] ?? 0) <= 1_000 + 2_000, String(silent))
  const sent = pings.length
  await clock.run(10_000, () => false)
  assert.equal(pings.length, sent)
})

test('a connection on which nothing ever came is left 1,500 ms after the first ping', async () => {
  const { silent, until } = checked()
  await until(10_000)
  assert.deepEqual(silent, [2_000])
})

test('as long as no pong ever came, messages are a sign of life', async () => {
  const { keepAlive, silent, until } = checked()
  await until(10_000, () => keepAlive.sign())
  assert.deepEqual(silent, [])
  await until(20_000)
  assert.equal(silent.length, 1)
  assert.ok((silent[0] ?? 0) <= 10_000 + 2_000, String(silent))
})

test('if an earlier connection answered pings, messages are no sign of life', async () => {
  const { keepAlive, silent, until } = checked({ answers: true })
  await until(10_000, () => keepAlive.sign())
  assert.deepEqual(silent, [2_000])
})

test('a pong answers earlier pings too; a pong of no ping answers nothing', async () => {
  const { keepAlive, pings, silent, until } = checked()
  for (const wrong of ['', '0', '7', 'x']) keepAlive.pong(wrong)
  assert.equal(keepAlive.answers, false)
  await until(1_900)
  keepAlive.pong(pings.at(-1) ?? '')
  assert.equal(keepAlive.answers, true)
  await until(3_400)
  assert.deepEqual(silent, [])
  await until(3_500)
  assert.deepEqual(silent, [3_500])
})

test('a stopped check sends nothing and reports nothing', async () => {
  const { keepAlive, pings, silent, until } = checked()
  await until(600)
  keepAlive.stop()
  await until(10_000)
  assert.deepEqual([pings.length, silent], [1, []])
})
