import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { messageArbitraries } from '#test/fakes/arbitraries.ts'
import { Random } from '#runtime/random.ts'
import { faultBodyCodec } from './fault-body.ts'
import { subjects } from './subjects.ts'
import type { MessageCodec } from './wire/message-codec.ts'

const codecs = new Map<string, MessageCodec<unknown>>([[faultBodyCodec.type, faultBodyCodec]])
for (const subject of subjects) {
  const used = subject.kind === 'call' ? [subject.request, subject.response] : [subject.codec]
  for (const codec of used) codecs.set(codec.type, codec)
}

/** Number of inputs for each message; longer runs set it in the environment. */
const inputs = Number(process.env['ATOLL_FUZZ_INPUTS'] ?? 100_000)

test('every message type of the bus is tested here', () => {
  assert.deepEqual([...codecs.keys()].toSorted(), Object.keys(messageArbitraries).toSorted())
})

for (const [type, codec] of codecs) {
  const values = messageArbitraries[type]
  if (values === undefined) continue

  test(`${type}: decoding returns what was encoded`, () => {
    fc.assert(
      fc.property(values, (value) => {
        assert.deepEqual(codec.decode(codec.encode(value)), value)
      }),
      { seed: 1 },
    )
  })

  test(`${type}: each of ${inputs} arbitrary inputs decodes to a value or throws DecodeError`, (t) => {
    const { stackTraceLimit } = Error
    // Stack traces are not read here, and would take most of the time.
    Error.stackTraceLimit = 0
    t.after(() => {
      Error.stackTraceLimit = stackTraceLimit
    })
    const random = new Random(1)
    const samples = fc.sample(values, { numRuns: 50, seed: 2 }).map((value) => codec.encode(value))
    for (let input = 0; input < inputs; input++) {
      const sample = samples[input % samples.length] ?? new Uint8Array()
      checkDecodes(codec, spoil(sample, random))
    }
  })
}

function checkDecodes(codec: MessageCodec<unknown>, bytes: Uint8Array): void {
  let value: unknown
  try {
    value = codec.decode(bytes)
  } catch (error) {
    if (error instanceof DecodeError) return
    throw error
  }
  // Decoded values are trusted, so it must be possible to encode them again.
  codec.encode(value)
}

/** Changes a message: truncates it, changes some bytes, appends random bytes, or returns only random bytes. */
function spoil(sample: Uint8Array, random: Random): Uint8Array {
  // The first kilobyte has all fields whose corruption matters; the rest of a large message is data.
  const message = sample.subarray(0, 1_024)
  switch (random.between(0, 3)) {
    case 0:
      return message.subarray(0, random.between(0, message.length))
    case 1:
      return random.bytes(random.between(0, 24))
    case 2:
      return Uint8Array.from([...message.subarray(0, 64), ...random.bytes(random.between(0, 8))])
    default: {
      const changed = message.slice()
      for (let change = random.between(1, 4); change > 0; change--)
        if (changed.length > 0)
          changed[random.between(0, changed.length - 1)] = random.between(0, 255)
      return changed
    }
  }
}
