import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { encodeLine, LineReader, maxLineBytes } from './line-frames.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** The lines that a new reader finds in chunks. */
function linesOf(...chunks: readonly Uint8Array[]): string[] {
  const reader = new LineReader()
  return chunks.flatMap((chunk) => [...reader.read(chunk)].map(textOf))
}

/** Splits bytes at positions, which may be any numbers. */
function splitAt(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const cuts = positions.map((position) => position % (bytes.length + 1))
  const ascending = [0, ...cuts.toSorted((left, right) => left - right), bytes.length]
  return ascending.slice(1).map((end, at) => bytes.subarray(ascending[at], end))
}

const line = fc
  .string({ unit: 'binary', maxLength: 30 })
  .map((text) => text.replaceAll(/[\r\n]/g, ''))

test('lines arrive whole, in their order, wherever the chunks end, with LF and with CR LF', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (lines, cuts) => {
        const bytes = bytesOf(lines.flat().join(''))
        assert.deepEqual(
          linesOf(...splitAt(bytes, cuts)),
          lines.map(([text]) => text),
        )
      },
    ),
  )
})

test('a chunk may end inside a UTF-8 sequence, and inside CR LF', () => {
  const bytes = bytesOf('{"name":"Łódź 🏝"}\r\n')
  for (let cut = 0; cut <= bytes.length; cut++)
    assert.deepEqual(linesOf(bytes.subarray(0, cut), bytes.subarray(cut)), ['{"name":"Łódź 🏝"}'])
})

test('one CR before LF is removed, any other CR is kept', () => {
  assert.deepEqual(linesOf(bytesOf('a\rb\r\r\n\r\n\n')), ['a\rb\r', '', ''])
})

test('a line without its LF is not returned', () => {
  assert.deepEqual(linesOf(bytesOf('one\ntw')), ['one'])
})

test('a line of 16 MiB passes, and a longer line is refused before its LF arrives', () => {
  const longest = new Uint8Array(maxLineBytes).fill(0x61)
  const reader = new LineReader()
  assert.deepEqual([...reader.read(longest)], [])
  assert.deepEqual(
    [...reader.read(bytesOf('\n'))].map(({ length }) => length),
    [maxLineBytes],
  )
  assert.deepEqual([...reader.read(longest)], [])
  assert.throws(() => [...reader.read(bytesOf('a'))], {
    name: 'DecodeError',
    message: /longer than/,
  })
  const atOnce = new LineReader().read(bytesOf(`${'a'.repeat(maxLineBytes + 1)}\n`))
  assert.throws(() => [...atOnce], { name: 'DecodeError', message: /longer than/ })
})

test('the lines before a malformed line are returned', () => {
  const lines = new LineReader().read(Buffer.concat([bytesOf('good\n'), Buffer.of(0xff, 0x0a)]))
  assert.equal(textOf(lines.next().value ?? Buffer.of()), 'good')
  assert.throws(() => lines.next(), { name: 'DecodeError', message: /not UTF-8/ })
})

test('arbitrary bytes are read or raise DecodeError, nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (chunks) => {
      try {
        linesOf(...chunks)
      } catch (error) {
        assert.ok(error instanceof DecodeError)
      }
    }),
  )
})

test('an encoded line is read again; a message with an LF, or a message that is too long, is not encoded', () => {
  fc.assert(
    fc.property(line, (text) => assert.deepEqual(linesOf(encodeLine(bytesOf(text))), [text])),
  )
  assert.throws(() => encodeLine(bytesOf('a\nb')), { name: 'RangeError', message: /has an LF/ })
  assert.equal(encodeLine(new Uint8Array(maxLineBytes)).length, maxLineBytes + 1)
  assert.throws(() => encodeLine(new Uint8Array(maxLineBytes + 1)), { message: /longer than/ })
})
