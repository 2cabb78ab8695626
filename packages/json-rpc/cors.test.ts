import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { serveJsonRpc } from './json-rpc-server.ts'

const listed = ['https://a.example', 'http://localhost:3000']

for (const [cors, origin, isAllowed, header] of [
  ['*', 'https://b.example', true, '*'],
  ['*', undefined, true, '*'],
  [listed, 'https://a.example', true, 'https://a.example'],
  [listed, 'http://localhost:3000', true, 'http://localhost:3000'],
  [listed, 'http://localhost:3001', false, null],
  [listed, 'https://a.example.evil', false, null],
  [listed, 'null', false, null],
  [listed, undefined, true, null],
  [[], 'https://a.example', false, null],
] as const) {
  test(`a request with origin ${origin ?? '(none)'} is ${isAllowed ? 'answered' : 'refused'} if the allowed origins are [${String(cors)}]`, async (t) => {
    const server = await serveJsonRpc({
      host: '127.0.0.1',
      port: 0,
      clock: systemClock,
      methods: {},
      cors,
    })
    t.after(() => server.close())
    const { status, headers } = await fetch(server.url, {
      headers: origin === undefined ? {} : { origin },
    })
    assert.equal(status, isAllowed ? 200 : 403)
    assert.equal(headers.get('access-control-allow-origin'), header)
    assert.equal(headers.get('vary'), cors === '*' ? null : 'Origin')
  })
}
