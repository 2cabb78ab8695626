import assert from 'node:assert/strict'
import { setImmediate as nextLoop } from 'node:timers/promises'
import { test } from 'node:test'
import { PeerTurns } from './peer-turns.ts'

test('one message of a peer is opened in each turn of the event loop, in order, and other peers do not wait', async () => {
  const turns = new PeerTurns()
  const opened: string[] = []
  const open = async (peer: string, name: string) => {
    const turn = turns.take(peer)
    if (turn !== undefined) await turn
    opened.push(name)
  }
  const all = ['a1', 'a2', 'a3', 'a4'].map((name) => open('a', name))
  assert.deepEqual(opened, ['a1'])
  let loops = 0
  for (; opened.length < 4; loops++) {
    assert.ok(opened.length <= loops + 1, opened.join(' '))
    await nextLoop()
  }
  await Promise.all(all)
  assert.ok(loops >= 3)
  assert.deepEqual(opened, ['a1', 'a2', 'a3', 'a4'])
  // After two more turns, the next message of the peer does not have to wait.
  for (let loop = 0; loop < 2; loop++) await nextLoop()
  const waiting = [open('a', 'a5'), open('a', 'a6'), open('b', 'b1')]
  assert.deepEqual(opened.slice(4), ['a5', 'b1'])
  await Promise.all(waiting)
  for (let loop = 0; loop < 2; loop++) await nextLoop()
  assert.equal(turns.take('a'), undefined)
})
