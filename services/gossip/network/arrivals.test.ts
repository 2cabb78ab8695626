import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ArrivedBlock } from '#services/gossip/ports.ts'
import { Arrivals, maxWaiting } from './arrivals.ts'

const blockOf = (bytes: number) => {
  const data = { kind: 'raw', problem: 'not-snappy', bytes: new Uint8Array(bytes) } as const
  return { peer: 'a', version: 4, data } as const
}

/** Arrivals, and the blocks that their listener received. */
function listened() {
  const arrivals = new Arrivals()
  const heard: ArrivedBlock[] = []
  const stop = arrivals.listen((block) => heard.push(block))
  return { arrivals, heard, stop }
}

test('each message waits for its own verdict, and a second verdict has no effect', async () => {
  const { arrivals, heard } = listened()
  const verdicts = [arrivals.add(blockOf(1)), arrivals.add(blockOf(1))]
  const [first, second] = heard
  assert.ok(first && second)
  arrivals.judge(second.arrival, 'reject')
  arrivals.judge(first.arrival, 'accept')
  arrivals.judge(first.arrival, 'reject')
  assert.deepEqual(await Promise.all(verdicts), ['accept', 'reject'])
})

test('if 256 messages wait, further messages are dropped until a waiting message gets its verdict', async () => {
  const { arrivals, heard } = listened()
  const waiting = Array.from({ length: maxWaiting.messages }, () => arrivals.add(blockOf(1)))
  assert.equal(await arrivals.add(blockOf(1)), 'busy')
  assert.equal(heard.length, maxWaiting.messages)
  arrivals.judge(heard[0]?.arrival ?? 0, 'accept')
  assert.equal(await waiting[0], 'accept')
  void arrivals.add(blockOf(1))
  assert.equal(heard.length, maxWaiting.messages + 1)
})

test('if 64 MiB of messages wait, further messages are dropped until waiting messages get their verdicts', async () => {
  const { arrivals, heard } = listened()
  const half = arrivals.add(blockOf(maxWaiting.bytes / 2))
  void arrivals.add(blockOf(maxWaiting.bytes / 2))
  assert.equal(await arrivals.add(blockOf(1)), 'busy')
  arrivals.judge(heard[0]?.arrival ?? 0, 'ignore')
  await half
  void arrivals.add(blockOf(1))
  assert.equal(heard.length, 3)
})

test('without a listener, messages are ignored; when the listener stops, the waiting messages are ignored too', async () => {
  const { arrivals, stop } = listened()
  const waiting = arrivals.add(blockOf(1))
  stop()
  assert.equal(await waiting, 'ignore')
  assert.equal(await arrivals.add(blockOf(1)), 'ignore')
})
