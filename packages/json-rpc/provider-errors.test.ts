import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type ErrorAnswer, type ErrorMeaning, meaningOf, pauseIn } from './provider-errors.ts'

interface Row extends ErrorAnswer {
  readonly of: string
  readonly means: ErrorMeaning
  readonly pauseMs?: number
}

const file = new URL('../../test/vectors/l1/provider-answers.json', import.meta.url)
const { answers } = JSON.parse(readFileSync(file, 'utf8')) as { readonly answers: readonly Row[] }

for (const { of, means, pauseMs, ...answer } of answers)
  test(`${of}: "${answer.message.slice(0, 60)}" (code ${answer.code}) means ${means}`, () => {
    assert.equal(meaningOf(answer), means)
    assert.equal(pauseIn(answer), pauseMs)
  })

test('an error about a limit on something other than calls does not count as a rate limit', () => {
  for (const message of [
    'query exceeded limit of 10000 results',
    'max initcode size exceeded: code size 60000, limit 49152',
    'exceeded max gas limit',
    'execution reverted: request limit exceeded',
  ])
    assert.notEqual(meaningOf({ code: -32_000, message }), 'rate-limit', message)
})

test('the table has each provider and client that operators use most', () => {
  const names = new Set(answers.map(({ of }) => of))
  for (const name of ['Alchemy', 'Infura', 'QuickNode', 'Ankr', 'Chainstack', 'dRPC'])
    assert.ok(names.has(name), name)
  for (const name of ['geth', 'Erigon', 'reth', 'Nethermind']) assert.ok(names.has(name), name)
})

test('a retry pause in an error message is parsed with its unit, and a pause in the error data takes precedence', () => {
  const pauses: readonly [string, number | undefined][] = [
    ['retry in 250ms', 250],
    ['please retry after 2 seconds', 2_000],
    ['try again in 1.5s', 1_500],
    ['try again in 2 minutes', 120_000],
    ['retry after 7', 7_000],
    ['try again in 1 hour', 3_600_000],
    ['try again later', undefined],
    ['limit of 100 requests', undefined],
  ]
  for (const [message, pauseMs] of pauses) assert.equal(pauseIn({ message }), pauseMs, message)
  assert.equal(pauseIn({ message: 'retry in 9s', data: { backoff_seconds: 3 } }), 3_000)
  for (const data of [null, 'x', { backoff_seconds: '3' }, { backoff_seconds: -1 }, { rate: null }])
    assert.equal(pauseIn({ message: 'limited', data }), undefined)
})
