import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { toHex } from './hex.ts'
import { sha256 } from './sha256.ts'

test('the hash of chunks equals that of Node for the whole', () => {
  const whole = Uint8Array.from({ length: 1_000 }, (_, at) => at)
  const want = `0x${createHash('sha256').update(whole).digest('hex')}`
  assert.equal(toHex(sha256([whole])), want)
  assert.equal(
    toHex(sha256([whole.subarray(0, 64), whole.subarray(64, 64), whole.subarray(64)])),
    want,
  )
})
