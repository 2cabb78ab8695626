import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseStreamRequest } from './stream-request.ts'

const plain = { kind: 'flashblocks', encoding: 'text', replay: 'none' }

for (const [target, request] of [
  ['/', plain],
  ['/ws', plain],
  ['/ws?key=0123', plain],
  ['/?replay=current', { ...plain, replay: 'current' }],
  ['/ws?brotli', { ...plain, encoding: 'brotli' }],
  ['/ws?brotli=true&replay=current', { ...plain, encoding: 'brotli', replay: 'current' }],
  ['/?block_number=0&flashblock_index=0', { ...plain, replay: { number: 0n, index: 0 } }],
  [
    '/ws?flashblock_index=4&block_number=9007199254740993',
    { ...plain, replay: { number: 9_007_199_254_740_993n, index: 4 } },
  ],
  ['/ws/events', { kind: 'events' }],
] as const)
  test(`${target} is a request for ${request.kind}`, () => {
    assert.deepEqual(parseStreamRequest(target), request)
  })

for (const [target, status, why] of [
  ['/other', 404, /no such path: use \/, \/ws or \/ws\/events/],
  ['', 404, /no such path/],
  ['/?replay=all', 400, /want replay=current/],
  ['/?brotli=5', 400, /want brotli or brotli=true/],
  ['/?block_number=7', 400, /want both/],
  ['/?flashblock_index=7', 400, /want both/],
  ['/?block_number=7&flashblock_index=-1', 400, /want whole numbers/],
  ['/?block_number=0x7&flashblock_index=1', 400, /want whole numbers/],
  ['/?block_number=12345678901234567890&flashblock_index=1', 400, /want whole numbers/],
  ['/?block_number=7&flashblock_index=1234567890', 400, /want whole numbers/],
  ['/?block_number=7&flashblock_index=1&replay=current', 400, /not both/],
] as const)
  test(`${target} is refused with a reason`, () => {
    const request = parseStreamRequest(target)
    assert.equal(request.kind, 'refused')
    assert.equal(request.status, status)
    assert.match(request.why, why)
  })

test('arbitrary targets get a request or a refusal, and never an error', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseStreamRequest(`/?${text}`)))
  fc.assert(fc.property(fc.webUrl(), (text) => void parseStreamRequest(text)))
})
