import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromHex, toAddress, toBytes32, toBytes8, toChannelId, toHash, toHex } from './hex.ts'

test('hex and bytes convert both ways', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(toHex(bytes), `0x${Buffer.from(bytes).toString('hex')}`)
      assert.deepEqual(fromHex(toHex(bytes)), bytes)
      assert.deepEqual(fromHex(`0x${toHex(bytes).slice(2).toUpperCase()}`), bytes)
    }),
  )
})

for (const { name, hex, message } of [
  { name: 'no prefix', hex: 'aabb', message: /start with 0x/ },
  { name: 'half a byte', hex: '0xabc', message: /odd number of digits: 3/ },
  { name: 'a letter past f', hex: '0x00ag', message: /byte 1/ },
  { name: 'the characters around the digits', hex: '0x/:', message: /byte 0/ },
  { name: 'the characters around the letters', hex: '0x`g', message: /byte 0/ },
]) {
  test(`hex with ${name} is refused`, () => {
    assert.throws(() => fromHex(hex), { name: 'DecodeError', message })
  })
}

test('arbitrary text decodes to bytes or raises a DecodeError', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        fromHex(`0x${text}`)
      } catch (error) {
        assert.equal((error as Error).name, 'DecodeError')
      }
    }),
  )
})

for (const [convert, length] of [
  [toHash, 32],
  [toBytes32, 32],
  [toAddress, 20],
  [toChannelId, 16],
  [toBytes8, 8],
] as const) {
  test(`${convert.name} takes ${length} bytes, no more and no fewer`, () => {
    assert.equal(convert(new Uint8Array(length)), `0x${'00'.repeat(length)}`)
    for (const wrong of [0, length - 1, length + 1]) {
      assert.throws(() => convert(new Uint8Array(wrong)), {
        name: 'DecodeError',
        message: `${wrong} bytes, want ${length}`,
      })
    }
  })
}
