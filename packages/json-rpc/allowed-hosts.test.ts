import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAllowedHost } from './allowed-hosts.ts'

for (const [allowed, host, isAllowed] of [
  [['localhost'], 'localhost', true],
  [['localhost'], 'LOCALHOST:8545', true],
  [['localhost'], undefined, true],
  [['localhost'], '127.0.0.1:8545', true],
  [['localhost'], '10.0.0.1', true],
  [['localhost'], '[::1]:8545', true],
  [['localhost'], 'evil.example', false],
  [['localhost'], 'evil.example:8545', false],
  [['localhost'], 'localhost.evil.example', false],
  [['localhost'], '127.0.0.1.evil.example', false],
  [['localhost', 'node'], 'node:8545', true],
  [[], 'localhost', false],
  ['*', 'evil.example', true],
] as const) {
  test(`host ${host ?? '(none)'} is ${isAllowed ? 'allowed' : 'refused'} if the allowed hosts are [${String(allowed)}]`, () => {
    assert.equal(isAllowedHost(allowed, host), isAllowed)
  })
}
