import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxQueuedBytes, maxQueuedMessages, messageQueue } from './message-queue.ts'

test('an ordered queue returns all messages in their order', () => {
  const queue = messageQueue('ordered')
  const messages = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]
  for (const message of messages) assert.equal(queue.push(message), 'queued')
  assert.deepEqual(
    [queue.take(), queue.take(), queue.take(), queue.take()],
    [...messages, undefined],
  )
})

test('an ordered queue is full at its limit of messages, and has room after a message was taken', () => {
  const queue = messageQueue('ordered')
  for (let count = 0; count < maxQueuedMessages; count++)
    assert.equal(queue.push(Uint8Array.of(1)), 'queued')
  assert.equal(queue.push(Uint8Array.of(2)), 'full')
  queue.take()
  assert.equal(queue.push(Uint8Array.of(2)), 'queued')
})

test('an ordered queue is full at its limit of bytes', () => {
  const queue = messageQueue('ordered')
  assert.equal(queue.push(new Uint8Array(maxQueuedBytes)), 'queued')
  assert.equal(queue.push(Uint8Array.of(1)), 'full')
  queue.take()
  assert.equal(queue.push(Uint8Array.of(1)), 'queued')
})

test('a queue for the latest message replaces the message that waits', () => {
  const queue = messageQueue('latest')
  assert.equal(queue.push(Uint8Array.of(1)), 'queued')
  assert.equal(queue.push(Uint8Array.of(2)), 'replaced')
  assert.deepEqual([queue.take(), queue.take()], [Uint8Array.of(2), undefined])
  assert.equal(queue.push(Uint8Array.of(3)), 'queued')
})
