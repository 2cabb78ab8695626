import assert from 'node:assert/strict'
import { test } from 'node:test'
import { corsHeaders, isAllowedOrigin } from './cors.ts'

const listed = ['https://a.example', 'http://localhost:3000']

for (const [allowed, origin, isAllowed, header] of [
  ['*', 'https://b.example', true, '*'],
  ['*', undefined, true, '*'],
  [listed, 'https://a.example', true, 'https://a.example'],
  [listed, 'http://localhost:3000', true, 'http://localhost:3000'],
  [listed, 'http://localhost:3001', false, undefined],
  [listed, 'https://a.example.evil', false, undefined],
  [listed, 'null', false, undefined],
  [listed, undefined, true, undefined],
  [[], 'https://a.example', false, undefined],
] as const) {
  test(`a page of ${origin ?? 'no origin'} may ${isAllowed ? '' : 'not '}ask where ${String(allowed)} may`, () => {
    assert.equal(isAllowedOrigin(allowed, origin), isAllowed)
    const headers = corsHeaders(allowed, origin)
    assert.equal(headers['access-control-allow-origin'], header)
    assert.equal(headers['vary'], allowed === '*' ? undefined : 'Origin')
  })
}
