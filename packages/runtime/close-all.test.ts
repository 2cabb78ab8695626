import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeAll } from './close-all.ts'

test('all parts are ended, the last one first, and the first error is thrown', async () => {
  const ended: string[] = []
  const closer = (name: string, error?: string) => async () => {
    ended.push(name)
    if (error !== undefined) throw new Error(error)
  }
  await closeAll([closer('a'), closer('b')])
  assert.deepEqual(ended.splice(0), ['b', 'a'])
  const closers = [closer('a'), closer('b', 'second'), closer('c', 'first')]
  await assert.rejects(closeAll(closers), /first/)
  assert.deepEqual(ended, ['c', 'b', 'a'])
})
