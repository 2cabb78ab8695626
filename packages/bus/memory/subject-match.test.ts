import assert from 'node:assert/strict'
import { test } from 'node:test'
import { subjectMatches } from './subject-match.ts'

for (const [pattern, subject, fits] of [
  ['a.b', 'a.b', true],
  ['a.b', 'a.c', false],
  ['a.b', 'a.b.c', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a', false],
  ['a.*', 'a.b.c', false],
  ['*.b', 'a.b', true],
  ['a.>', 'a.b', true],
  ['a.>', 'a.b.c', true],
  ['a.>', 'a', false],
  ['>', 'a.b', true],
  ['a.*', 'a.*', true],
  ['a.>', 'a.*', true],
  ['a.>', 'a.>', true],
  ['a.*', 'a.>', false],
  ['a.b', 'a.*', false],
  ['$KV.a.>', '$KV.a.b', true],
  ['$KV.a.>', 'xKV.a.b', false],
  ['a-b.c', 'a-b.c', true],
  ['a.b', 'axb', false],
] as const) {
  test(`pattern ${pattern} ${fits ? 'matches' : 'does not match'} subject ${subject}`, () => {
    assert.equal(subjectMatches(pattern, subject), fits)
  })
}
