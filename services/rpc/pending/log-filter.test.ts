import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { hash } from '#test/fakes/values.ts'
import { maxFilterWords, readLogFilter } from './log-filter.ts'

const addressOf = (number: number) => `0x${number.toString(16).padStart(40, '0')}`
const log = (address: number, ...topics: readonly number[]) => ({
  address: addressOf(address),
  topics: topics.map(hash),
})

for (const [filter, ...matching] of [
  [undefined, 'a', 'b', 'c'],
  [{}, 'a', 'b', 'c'],
  [{ address: addressOf(1), topics: null }, 'a', 'b'],
  [{ address: [addressOf(2), addressOf(3)] }, 'c'],
  [{ address: [] }, 'a', 'b', 'c'],
  [{ topics: [hash(7)] }, 'b', 'c'],
  [{ topics: [null, hash(8)] }, 'b'],
  [
    {
      topics: [
        [hash(6), hash(7)],
        [hash(9), hash(8)],
      ],
    },
    'b',
  ],
  [{ topics: [null, null, null] }],
  [{ address: addressOf(2), topics: [hash(7)] }, 'c'],
] as const)
  test(`the filter ${JSON.stringify(filter)} matches [${matching.join(', ')}]`, () => {
    const matches = readLogFilter(filter)
    const logs = { a: log(1), b: log(1, 7, 8), c: log(2, 7) }
    const names = Object.entries(logs).flatMap(([name, one]) => (matches(one) ? [name] : []))
    assert.deepEqual(names, matching)
  })

test('addresses and topics are compared regardless of their case', () => {
  const address = '0xAbCdEf0000000000000000000000000000000000'
  assert.ok(readLogFilter({ address })({ address: address.toLowerCase(), topics: [] }))
  assert.ok(readLogFilter({ address: address.toLowerCase() })({ address, topics: [] }))
})

test('a filter has a limited number of alternatives and of topics', () => {
  const words = (count: number) => Array.from({ length: count }, (_, at) => hash(at))
  assert.ok(readLogFilter({ topics: [words(maxFilterWords), null, null, null] }))
  for (const [filter, flaw] of [
    [{ topics: [words(maxFilterWords + 1)] }, /topics\.0: at most 1000 alternatives/u],
    [{ topics: [null, null, null, null, null] }, /topics/u],
    [{ address: addressOf(1).slice(1) }, /address/u],
    ['text', /invalid filter/u],
    [7, /invalid filter/u],
  ] as const)
    assert.throws(
      () => readLogFilter(filter),
      (error) =>
        error instanceof JsonRpcError && error.code === -32_602 && flaw.test(error.message),
    )
})
