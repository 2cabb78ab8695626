import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxSyncWaits, maxSyncWaitsOfClient, SyncWaits } from './sync-waits.ts'

test('one client has a limited number of waits, and gets a place back when one ends', () => {
  const waits = new SyncWaits()
  for (let at = 0; at < maxSyncWaitsOfClient; at++) assert.ok(waits.enter('a'))
  assert.equal(waits.enter('a'), false)
  assert.ok(waits.enter('b'))
  waits.leave('a')
  assert.ok(waits.enter('a'))
  assert.equal(waits.enter('a'), false)
})

test('all clients together have a limited number of waits', () => {
  const waits = new SyncWaits()
  for (let at = 0; at < maxSyncWaits; at++) assert.ok(waits.enter(`client ${at}`))
  assert.equal(waits.enter('another'), false)
  waits.leave('client 0')
  assert.ok(waits.enter('another'))
})
