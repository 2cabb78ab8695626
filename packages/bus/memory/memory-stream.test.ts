import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StreamSpec } from '#messages/streams.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { type Kept, MemoryStream } from './memory-stream.ts'

function stream(spec: Partial<StreamSpec> = {}) {
  const clock = new VirtualClock(0)
  const kept = new MemoryStream(
    {
      name: 'S',
      subjects: ['s.>'],
      messagesPerSubject: 1,
      maxAgeMs: undefined,
      maxBytes: 1_000,
      whenFull: 'refuse-new',
      duplicateWindowMs: 1_000,
      republish: undefined,
      ...spec,
    },
    clock,
  )
  const keep = (key: string, { bytes = 10, id = '', expected = -1 } = {}): Kept['kind'] =>
    kept.keep(
      { subject: `s.${key}`, data: new Uint8Array(bytes) },
      { id: id === '' ? undefined : id, expected: expected < 0 ? undefined : expected },
    ).kind
  return { kept, clock, keep }
}

test('a stream keeps only the configured number of newest messages per subject', () => {
  for (const messagesPerSubject of [1, 3]) {
    const { kept, keep } = stream({ messagesPerSubject })
    for (let message = 0; message < 5; message++) keep('a')
    assert.equal(kept.messages, messagesPerSubject)
    assert.equal(kept.newest('s.a')?.sequence, 5)
    assert.equal(kept.bytes, 10 * messagesPerSubject)
  }
})

test('a compare-and-set compares with the newest message of its subject', () => {
  const { keep } = stream()
  assert.equal(keep('a', { expected: 0 }), 'stored')
  assert.equal(keep('b', { expected: 0 }), 'stored')
  assert.equal(keep('a', { expected: 0 }), 'conflict')
  assert.equal(keep('a', { expected: 2 }), 'conflict')
  assert.equal(keep('a', { expected: 1 }), 'stored')
})

test('a message id is recognised within the duplicate window, and not after it', async () => {
  const { keep, clock } = stream()
  assert.equal(keep('a', { id: 'x' }), 'stored')
  await clock.run(999, () => false)
  assert.equal(keep('a', { id: 'x' }), 'duplicate')
  await clock.run(1, () => false)
  assert.equal(keep('a', { id: 'x' }), 'stored')
})

test('after the message of a subject has expired, a write that expects no message succeeds', async () => {
  const { kept, keep, clock } = stream({ maxAgeMs: 100 })
  keep('a')
  await clock.run(99, () => false)
  assert.equal(keep('a', { expected: 0 }), 'conflict')
  await clock.run(1, () => false)
  assert.equal(kept.newest('s.a'), undefined)
  assert.equal(keep('a', { expected: 0 }), 'stored')
  assert.equal(kept.messages, 1)
})

test('a full stream refuses a new message, but a newer value of a subject replaces the old value', () => {
  const { kept, keep } = stream({ maxBytes: 100 })
  assert.equal(keep('a', { bytes: 50 }), 'stored')
  assert.equal(keep('b', { bytes: 50 }), 'stored')
  assert.equal(keep('c', { bytes: 1 }), 'full')
  assert.equal(keep('a', { bytes: 50 }), 'stored')
  assert.equal(keep('a', { bytes: 51 }), 'full')
  assert.equal(kept.bytes, 100)
})

test('a full stream that is configured to drop old messages drops the oldest one', () => {
  const { kept, keep } = stream({ maxBytes: 100, whenFull: 'drop-old' })
  for (const key of ['a', 'b', 'c']) assert.equal(keep(key, { bytes: 40 }), 'stored')
  assert.deepEqual(kept.subjects(), ['s.b', 's.c'])
})
