import assert from 'node:assert/strict'
import { test } from 'node:test'
import { framings } from './framing.ts'

test('each framing reads the messages that it encoded, in any chunks', () => {
  for (const { encode, reader } of Object.values(framings)) {
    const messages = ['one', '', '{"two":2}'].map((text) => Buffer.from(text))
    const bytes = Buffer.concat(messages.map(encode))
    for (const chunkBytes of [1, 2, 5, bytes.length]) {
      const frames = reader()
      const found: Buffer[] = []
      for (let at = 0; at < bytes.length; at += chunkBytes)
        for (const message of frames.read(bytes.subarray(at, at + chunkBytes)))
          found.push(Buffer.from(message))
      assert.deepEqual(found, messages)
    }
  }
})
