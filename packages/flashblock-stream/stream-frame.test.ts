import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, constants } from 'node:zlib'
import fc from 'fast-check'
import { flashblocksOf, streamText } from '#test/fakes/flashblocks.ts'
import { decodeFrame, type FrameFlaw, maxTextBytes } from './stream-frame.ts'

const [first] = flashblocksOf([2])
if (first === undefined) throw new Error('no sample')
const text = streamText(first)

const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
const packed = (content: string) => brotliCompressSync(content, quick)
const separator = Buffer.from([0x1e])

for (const [what, data, kind] of [
  ['text', Buffer.from(text), 'text'],
  ['text after white space', Buffer.from(` \r\n\t${text}`), 'text'],
  ['JSON in a binary frame', Buffer.from(`\n${text}`), 'binary'],
  ['brotli', packed(text), 'binary'],
  ['brotli after a record separator', Buffer.concat([separator, packed(text)]), 'binary'],
] as const)
  test(`a flashblock arrives as ${what}`, () => {
    const frame = decodeFrame(data, kind)
    assert.equal(frame.kind, 'flashblock')
    assert.equal(frame.flashblock.payloadId, first.payloadId)
    assert.deepEqual(frame.flashblock.diff.transactions, first.diff.transactions)
  })

/** JSON of exactly so many bytes, which is not a flashblock. */
const jsonOf = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`

const flaws: readonly [what: string, data: Buffer, kind: 'text' | 'binary', flaw: FrameFlaw][] = [
  ['an empty text', Buffer.alloc(0), 'text', 'empty'],
  ['white space only', Buffer.from(' \n'), 'binary', 'empty'],
  ['broken JSON', Buffer.from(text.slice(0, -1)), 'text', 'not-json'],
  ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22]), 'binary', 'not-utf8'],
  ['no brotli', Buffer.from('hello hello'), 'binary', 'not-brotli'],
  ['brotli without its end', packed(text).subarray(0, -3), 'binary', 'not-brotli'],
  ['a record separator only', separator, 'binary', 'not-brotli'],
  ['JSON that is not a flashblock', Buffer.from('[1]'), 'text', 'not-flashblock'],
  ['compressed broken JSON', packed('{'), 'binary', 'not-json'],
  ['text up to the limit', packed(jsonOf(maxTextBytes)), 'binary', 'not-flashblock'],
  ['a byte more than the limit', packed(jsonOf(maxTextBytes + 1)), 'binary', 'too-large'],
]
for (const [what, data, kind, flaw] of flaws)
  test(`a frame with ${what} is malformed: ${flaw}`, () => {
    const frame = decodeFrame(data, kind)
    assert.equal(frame.kind, 'malformed')
    assert.equal(frame.flaw, flaw)
    assert.ok(frame.detail.length > 0 && frame.detail.length <= 200)
  })

test('arbitrary bytes are malformed, and never an error', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom('text', 'binary'), (bytes, kind) => {
      assert.equal(decodeFrame(bytes, kind).kind, 'malformed')
    }),
  )
})
