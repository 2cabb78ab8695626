import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { mergeSettings } from './merge-settings.ts'
import { wholeNumber } from './setting-kinds.ts'

const timeout = { timeoutMs: wholeNumber(100, 600_000).default(10_000) }
const first = z.strictObject({ ...timeout, first: wholeNumber(0, 9) })
const second = z.strictObject({ second: wholeNumber(0, 9), ...timeout })
const other = z.strictObject({ timeoutMs: wholeNumber(1, 600_000).default(10_000) })

test('schemas that share a declaration merge', () => {
  const { shape } = mergeSettings([first, second])
  assert.deepEqual(Object.keys(shape), ['timeoutMs', 'first', 'second'])
  assert.equal(shape['timeoutMs'], timeout.timeoutMs)
})

test('two declarations of one setting are an error, in either order', () => {
  for (const schemas of [
    [first, other],
    [other, first],
  ])
    assert.throws(() => mergeSettings(schemas), /setting timeoutMs is declared twice/)
})

test('an override replaces conflicting declarations', () => {
  const timeoutMs = wholeNumber(7, 8)
  const merged = mergeSettings([first, other], { timeoutMs })
  assert.equal(merged.shape['timeoutMs'], timeoutMs)
  assert.deepEqual(Object.keys(merged.shape), ['timeoutMs', 'first'])
})
