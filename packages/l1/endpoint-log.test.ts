import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#runtime/fault.ts'
import { endpointLog, repeatWarningMs } from './endpoint-log.ts'

test('a wrong answer or a wrong chain of an endpoint is logged as a warning once a minute; other failures cause no warning', () => {
  let nowMs = 0
  const logged: string[] = []
  const note = endpointLog(
    {
      debug: () => undefined,
      warn: (fields: unknown, message?: string) => {
        const { error } = fields as { readonly error: Fault }
        logged.push(`${String(error.fields['endpoint'])}: ${String(message)}`)
      },
    },
    { monotonicMs: () => nowMs },
  )
  const wrong = (endpoint: string) => new Fault('l1-invalid', { fields: { endpoint } })
  const other = new Fault('l1-wrong-chain', { fields: { endpoint: 'a' } })
  for (let time = 0; time < 3; time++)
    for (const fault of [wrong('a'), wrong('b'), other, new Fault('rpc-timeout')]) note(fault)
  assert.deepEqual(logged.splice(0), [
    'a: an L1 endpoint gave a wrong answer',
    'b: an L1 endpoint gave a wrong answer',
    'a: an L1 endpoint belongs to another chain',
  ])
  nowMs = repeatWarningMs - 1
  note(wrong('a'))
  assert.deepEqual(logged, [])
  nowMs++
  note(wrong('a'))
  assert.equal(logged.length, 1)
})
