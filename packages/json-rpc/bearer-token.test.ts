import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenCheck } from './bearer-token.ts'

test('a token in a header may have each form that is allowed in the token file', () => {
  const token = 'ab'.repeat(32)
  const check = tokenCheck(token)
  for (const given of [token, token.toUpperCase(), `0x${token}`, `0X${token.toUpperCase()}`]) {
    assert.equal(check(`Bearer ${given}`), undefined)
    const pair = Buffer.from(`atoll:${given}`).toString('base64')
    assert.equal(check(`Basic ${pair}`), undefined)
  }
  assert.equal(check(`Bearer ${token}0`), 'wrong token')
  assert.equal(check(`Bearer 0x0x${token}`), 'wrong token')
  assert.equal(check(undefined), 'missing token')
})
