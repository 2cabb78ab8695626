import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forksLine, forkTimes, forkTimeText } from './fork-times.ts'

const times = { regolith: 0n, holocene: 1_736_445_601n, jovian: 1_800_000_001n }
const at = (seconds: bigint) => Number(seconds) * 1_000

test('each fork that this version knows is listed, also one that the chain has not scheduled', () => {
  const nowMs = at(times.holocene)
  const texts = forkTimes(times).map((fork) => `${fork.fork} ${forkTimeText(fork, nowMs)}`)
  assert.ok(texts.includes('regolith active since the genesis'))
  assert.ok(texts.includes('holocene active since 2025-01-09T18:00:01Z'))
  assert.ok(texts.includes('jovian starts at 2027-01-15T08:00:01Z'))
  assert.equal(texts.at(-1), 'lagoon not scheduled')
})

test('a line has the active fork and the next one', () => {
  const next = 'jovian starts at 2027-01-15T08:00:01Z'
  assert.equal(
    forksLine(times, at(times.holocene) - 1),
    'fork regolith is active; holocene starts at 2025-01-09T18:00:01Z',
  )
  assert.equal(forksLine(times, at(times.holocene)), `fork holocene is active; ${next}`)
  const none = 'no later fork is scheduled'
  assert.equal(forksLine(times, at(times.jovian)), `fork jovian is active; ${none}`)
  assert.equal(forksLine({}, 0), `fork bedrock is active; ${none}`)
})
