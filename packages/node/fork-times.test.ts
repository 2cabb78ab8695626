import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forksLine, forkTimes, forkTimeText } from './fork-times.ts'

const times = { regolith: 0n, holocene: 1_736_445_601n, jovian: 1_800_000_001n }
const at = (seconds: bigint) => Number(seconds) * 1_000

test('each fork that this version knows is listed, even if the chain has not scheduled it', () => {
  const nowMs = at(times.holocene)
  const texts = forkTimes(times).map((fork) => `${fork.fork} ${forkTimeText(fork, nowMs)}`)
  assert.ok(texts.includes('regolith active since the genesis'))
  assert.ok(texts.includes('holocene active since 2025-01-09T18:00:01Z'))
  assert.ok(texts.includes('jovian starts at 2027-01-15T08:00:01Z'))
  assert.equal(texts.at(-1), 'lagoon not scheduled')
})

test('the text has the active fork and the next fork, and fits a line of the log', () => {
  const line = (nowMs: number) => forksLine(times, nowMs)
  assert.equal(line(at(times.holocene) - 1), 'fork regolith is active, holocene in 1 h')
  assert.equal(line(at(times.holocene)), 'fork holocene is active, jovian in 735 days')
  assert.equal(line(at(times.jovian) - 49 * 3_600_000), 'fork holocene is active, jovian in 2 days')
  assert.equal(line(at(times.jovian)), 'fork jovian is active, no other is scheduled')
  assert.equal(forksLine({}, 0), 'fork bedrock is active, no other is scheduled')
  assert.ok('INFO [06-15|12:34:56.789] node: '.length + line(0).length <= 80)
})
