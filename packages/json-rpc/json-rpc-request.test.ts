import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRequest, type ReceivedRequest } from './json-rpc-request.ts'

const limits = { maxBatchCalls: 3, maxDepth: 5, maxValues: 20 }
const call = '{"jsonrpc":"2.0","id":1,"method":"m"}'

function parse(text: string): ReceivedRequest {
  return parseRequest(text, limits)
}

/** A request in short: the id and params of a call, or the id and code of an error. */
function brief(text: string): unknown {
  const request = parse(text)
  if (request.kind === 'bad-request') return request.error.code
  const calls = (request.kind === 'single' ? [request.call] : request.calls).map((item) =>
    item.kind === 'call' ? [item.id, ...item.params] : [item.id, item.error.code],
  )
  return request.kind === 'single' ? calls[0] : calls
}

for (const [what, text, expected] of [
  ['a call', call, [1]],
  ['params', '{"jsonrpc":"2.0","id":"a","method":"m","params":[1,"x"]}', ['a', 1, 'x']],
  ['params that are null', '{"jsonrpc":"2.0","id":1,"method":"m","params":null}', [1]],
  ['an id that is null', '{"jsonrpc":"2.0","id":null,"method":"m"}', [null]],
  ['the largest id', '{"jsonrpc":"2.0","id":9007199254740991,"method":"m"}', [2 ** 53 - 1]],
  ['a notification', '{"jsonrpc":"2.0","method":"m"}', [undefined]],
  ['a batch', `[${call},${call}]`, [[1], [1]]],
  ['the largest batch', `[${call},${call},${call}]`, [[1], [1], [1]]],
  ['a batch one too large', `[${call},${call},${call},${call}]`, -32_600],
  ['an empty batch', '[]', -32_600],
  [
    'malformed calls',
    '[1,[]]',
    [
      [null, -32_600],
      [null, -32_600],
    ],
  ],
  ['nothing', '', -32_700],
  ['half a call', '{"jsonrpc":', -32_700],
  ['a byte order mark', `\uFEFF${call}`, -32_700],
  ['a number', '5', [null, -32_600]],
  ['null', 'null', [null, -32_600]],
  ['no version', '{"id":1,"method":"m"}', [1, -32_600]],
  ['version 1', '{"jsonrpc":"1.0","id":1,"method":"m"}', [1, -32_600]],
  ['no method', '{"jsonrpc":"2.0","id":1}', [1, -32_600]],
  ['neither method nor id', '{"foo":"boo"}', [null, -32_600]],
  ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":1}', [1, -32_600]],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"m"}', [null, -32_600]],
  [
    'an id that is rounded',
    '{"jsonrpc":"2.0","id":9007199254740992,"method":"m"}',
    [null, -32_600],
  ],
  ['an id without bound', '{"jsonrpc":"2.0","id":-1e999,"method":"m"}', [null, -32_600]],
  ['params by name', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1}}', [1, -32_602]],
  ['params of text', '{"jsonrpc":"2.0","id":1,"method":"m","params":"a"}', [1, -32_602]],
] as const) {
  test(`parsing: ${what}`, () => {
    assert.deepEqual(brief(text), expected)
  })
}

test('a request may have values up to the limit, in the batch and its calls', () => {
  const params = (count: number) =>
    `{"jsonrpc":"2.0","id":1,"method":"m","params":[${Array.from({ length: count }, () => 1).join()}]}`
  // With 15 elements these are 20 values: the call, its four fields, and the elements.
  assert.equal(parse(params(15)).kind, 'single')
  const refused = parse(params(16))
  assert.equal(refused.kind, 'bad-request')
  assert.equal(refused.why, 'too-many-values')
  assert.match(refused.error.message, /more than 20 values/)
})

test('a request may be nested up to the limit', () => {
  const nested = (levels: number) =>
    `{"jsonrpc":"2.0","id":1,"method":"m","params":${'['.repeat(levels)}${']'.repeat(levels)}}`
  assert.deepEqual(brief(nested(4)), [1, [[[]]]])
  assert.equal(brief(nested(5)), -32_700)
  assert.equal(brief('['.repeat(5_000_000)), -32_700)
})

test('brackets in strings are not nesting', () => {
  for (const text of ['[[[[[[', '\\"[[[[[[', '\\\\\\"{{{{{{\\\\', ']]]]', ''])
    assert.deepEqual(brief(`{"jsonrpc":"2.0","id":1,"method":"m","params":["${text}"]}`), [
      1,
      JSON.parse(`"${text}"`),
    ])
  const outside = `{"jsonrpc":"2.0","id":1,"method":"\\\\","params":[[[[[[]]]]]]}`
  assert.equal(brief(outside), -32_700)
})

for (const key of ['__proto__', '\\u005f_proto__', '__\\u0070roto__']) {
  test(`the key ${key} is removed, however it is escaped`, () => {
    const request = parse(
      `{"jsonrpc":"2.0","id":1,"method":"m","params":[{"${key}":{"isAdmin":true},"a":"\\u0041"}]}`,
    )
    assert.ok(request.kind === 'single' && request.call.kind === 'call')
    const [param] = request.call.params
    assert.deepEqual(Object.keys(param as object), ['a'])
    assert.deepEqual({ ...Object.assign({}, param) }, { a: 'A' })
    assert.equal(Object.getPrototypeOf(Object.assign({}, param)), Object.prototype)
  })
}
