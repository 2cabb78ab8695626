import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Ahead, type Handed } from './ahead.ts'

const full = { messages: 2, bytes: 100 }

/** Whether there is room after messages with these sizes were sent, and then after `used` was consumed. */
async function roomAfter(bytes: readonly number[], used?: Handed): Promise<readonly boolean[]> {
  const ahead = new Ahead(full)
  for (const each of bytes) ahead.add(each)
  let hasRoom = false
  void ahead.room().then(() => (hasRoom = true))
  await turn()
  if (used === undefined) return [hasRoom]
  const before = hasRoom
  ahead.use(used)
  await turn()
  return [before, hasRoom]
}

test('the reader has room below the limits of messages and bytes, but not at a limit', async () => {
  assert.deepEqual(await roomAfter([99]), [true])
  assert.deepEqual(await roomAfter([100]), [false])
  assert.deepEqual(await roomAfter([1, 1]), [false])
})

test('a waiting reader continues only after enough was consumed', async () => {
  assert.deepEqual(await roomAfter([1, 1], { messages: 1, bytes: 1 }), [false, true])
  assert.deepEqual(await roomAfter([1, 1, 1], { messages: 1, bytes: 1 }), [false, false])
  assert.deepEqual(await roomAfter([200], { messages: 0, bytes: 100 }), [false, false])
  assert.deepEqual(await roomAfter([200], { messages: 0, bytes: 101 }), [false, true])
})

test('a waiting reader is released when the consumer stops', async () => {
  const ahead = new Ahead(full)
  ahead.add(100)
  assert.equal(ahead.isEnded, false)
  const waiting = ahead.room()
  ahead.end()
  await waiting
  assert.equal(ahead.isEnded, true)
  await ahead.room()
})
