import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logfmtOfEntry, textOfEntry } from './log-text.ts'

const hash = '0xc11574ae70a3422292c24c3a024139750789551c1051ebee37a69fe0978121fd'
const block = (number: number) => ({ number, hash })
const time = '2026-06-15T12:34:56.789Z'

/** An entry of the engine. */
const entry = (level: string, msg: string, fields: object = {}) => {
  const own = { service: 'engine', chainId: '10', instance: 'engine-0' }
  return { level, time, ...own, msg, ...fields }
}

/** Lines of an entry, without the time, since its text depends on the time zone of the machine. */
const lines = (
  level: string,
  msg: string,
  { width, ...fields }: Readonly<Record<string, unknown>> & { readonly width?: number } = {},
) => {
  const text = textOfEntry(entry(level, msg, fields), { width, hasColors: false })
  assert.match(text, /^[A-Z ]{5}\[0[56]-1\d\|\d\d:\d\d:56\.789\] engine: [^]*\n$/u)
  return text.slice(26, -1).split('\n')
}

test('a line has level, time, service, message and fields, and shows a block by number and the ends of its hash', () => {
  const fields = { safe: block(144), blocks: 12, isNew: true, reason: 'no batch', head: hash }
  assert.deepEqual(lines('info', 'progress', fields), [
    'engine: progress safe=144:0xc115…fd blocks=12 isNew=true reason="no batch" head=0xc115…fd',
  ])
  assert.match(textOfEntry(entry('warn', 'x'), { width: 80, hasColors: false }), /^WARN \[/)
  assert.match(textOfEntry(entry('error', 'x'), { width: 80, hasColors: false }), /^ERROR\[/)
})

test('on a terminal an entry at level info is one line; if the terminal is too narrow, the last fields are missing', () => {
  const heads = { safe: block(137_123_456), blocks: 999, unsafe: block(137_123_460) }
  const [line = '', ...more] = lines('info', 'progress', { ...heads, width: 80 })
  assert.deepEqual([line, more], ['engine: progress safe=137123456:0xc115…fd blocks=999 …', []])
  assert.match(
    lines('info', 'progress', { ...heads, width: 120 }).join(),
    /unsafe=137123460:0xc115…fd$/,
  )
})

test('on a terminal a warning is wrapped, and no field is missing', () => {
  const fields = { endpoint: 'http://l1.example:8545', reason: 'word '.repeat(20).trim() }
  const shown = lines('warn', 'an L1 endpoint gave a wrong answer', { ...fields, width: 80 })
  assert.ok(shown.length > 1 && shown.slice(1).every((line) => line.startsWith('    ')))
  assert.equal(shown.join(' ').match(/word/g)?.length, 20)
  assert.equal(lines('warn', 'an L1 endpoint gave a wrong answer', fields).length, 1)
})

test('a long message is wrapped at level info too', () => {
  const shown = lines('info', 'word '.repeat(20).trim(), { width: 80 })
  assert.equal(shown.join(' ').match(/word/g)?.length, 20)
})

const fault = {
  code: 'engine-unreachable',
  message: 'engine-unreachable: no answer',
  url: 'http://127.0.0.1:8551',
  cause: {
    type: 'TypeError',
    message: 'fetch failed',
    stack: 'TypeError: fetch failed\n    at call (file:///a.ts:1:2)',
    cause: { type: 'Error', message: 'connect ECONNREFUSED', stack: 'Error: x\n    at b (c:3:4)' },
  },
}

test('an error is one field with its causes, and takes more than one line only at level error', () => {
  const shown =
    'engine: x error="engine-unreachable: no answer: TypeError: fetch failed: connect ECONNREFUSED" url=http://127.0.0.1:8551'
  assert.deepEqual(lines('warn', 'x', { error: fault }), [shown])
  assert.deepEqual(lines('info', 'x', { error: fault }), [shown])
  assert.deepEqual(lines('error', 'x', { error: fault }), [shown, '    at call (file:///a.ts:1:2)'])
})

test('if the cause of an error has the same message, the message is shown once', () => {
  const error = { message: 'bus: refused', cause: { type: 'Error', message: 'refused' } }
  assert.deepEqual(lines('warn', 'x', { error }), ['engine: x error="bus: refused"'])
})

test('foreign text neither breaks a line nor controls the terminal', () => {
  const text = 'one\n two\u001B[2J\u009B3m'
  const shown = lines('warn', text, { reason: text, error: { message: text } })
  assert.equal(shown.length, 1)
  assert.doesNotMatch(shown.join(''), /\p{Cc}/u)
})

test('the level has its color on a terminal with colors', () => {
  const text = textOfEntry(entry('info', 'x'), { width: 80, hasColors: true })
  assert.ok(text.startsWith('\u001B[32mINFO\u001B[0m ['))
})

test('logfmt has all fields, and blocks with their whole hash', () => {
  const fields = { safe: block(144), reason: 'a "b"', heads: { l1: block(7) }, list: ['a', 'b'] }
  assert.equal(
    logfmtOfEntry(entry('info', 'safe head', fields)),
    `t=${time} lvl=info msg="safe head" service=engine chainId=10 instance=engine-0 safe=144:${hash} reason="a \\"b\\"" heads.l1=7:${hash} list=a,b\n`,
  )
  assert.match(
    logfmtOfEntry(entry('warn', 'x', { error: fault })),
    /^[^\n]*error="engine-[^\n]* stack=" {4}at call \(file:\/\/\/a\.ts:1:2\)"\n$/u,
  )
})
