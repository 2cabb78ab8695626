import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxPayloadBytes } from './bus-limits.ts'
import { checkServer } from './nats-connection.ts'

for (const [version, isFit] of [
  ['2.9.9', false],
  ['2.9.10', true],
  ['2.8.99', false],
  ['1.99.99', false],
  ['2.10.0', true],
  ['2.10.18', true],
  ['2.10.19', false],
  ['2.10.20', true],
  ['2.15.2', true],
  ['2.16.0-beta.1', true],
  ['3.0.0', true],
  ['unknown', false],
] as const) {
  test(`a server of version ${version} is ${isFit ? '' : 'not '}supported`, () => {
    const check = () => checkServer({ version, maxPayloadBytes })
    if (isFit) check()
    else assert.throws(check, { code: 'server-unsupported', severity: 'critical' })
  })
}

test('a server must accept messages of our maximum size', () => {
  checkServer({ version: '2.15.2', maxPayloadBytes })
  const check = () => checkServer({ version: '2.15.2', maxPayloadBytes: maxPayloadBytes - 1 })
  assert.throws(check, { code: 'server-unsupported', message: /max_payload.*12582912/ })
})
