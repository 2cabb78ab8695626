import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceStatus } from '#messages/service-status.ts'
import { chainAt, l2Ref } from '#test/fakes/values.ts'
import { liveLine, liveLines, type LiveView } from './live-lines.ts'

const nowMs = 1_700_000_000_000

/** A devnet whose nodes have this unsafe head. */
function viewAt(number: number, wait?: ServiceStatus['wait']): LiveView {
  const unsafe = { ...l2Ref(number), timestamp: BigInt(nowMs / 1_000) - 3n }
  const chain = { ...chainAt({ generation: 1n, version: 1n }), unsafe, safe: l2Ref(7) }
  const status = { wait } as ServiceStatus
  const nodes = ['node-1', 'node-2'].map((name, at) => ({
    name,
    executionUrl: `http://127.0.0.1:96${at + 1}0`,
    rollupUrl: `http://127.0.0.1:96${at + 1}2`,
    view: () => ({
      chain,
      l1: undefined,
      targets: undefined,
      services: new Map([['derivation', status] as const]),
    }),
  }))
  return {
    nodes,
    sent: { transactions: 123_456, deposits: 1_234 },
    nowMs,
    funded: { address: `0x${'ab'.repeat(20)}`, privateKey: `0x${'cd'.repeat(32)}` },
    l1Url: 'http://127.0.0.1:9600',
    posted: { channels: 12_345, transactions: 23_456, last: 1_234_560n },
    seconds: 61_728,
    accident: 'L1 has no new block for 9 s',
  }
}

test('the table has the heads of each node, the age of its unsafe head, the batcher, endpoints and a funded key', () => {
  const lines = liveLines(viewAt(1_234_567), 80)
  assert.ok(lines.every((line) => line.length <= 80))
  const text = lines.join('\n')
  assert.match(text, /node-1 +1234567 +7 +\d+ +3\.0 s +0\nnode-2 +1234567 +7/)
  for (const part of [
    `0x${'ab'.repeat(20)}`,
    `0x${'cd'.repeat(32)}`,
    'http://127.0.0.1:9610',
    'chaos: L1 has',
  ])
    assert.ok(text.includes(part), part)
  assert.ok(lines.length < 24)
})

test('the table names what a service waits for, with its whole text', () => {
  const what = 'words '.repeat(30).trim()
  const lines = liveLines(viewAt(9, { what, next: '', sinceMs: 0 }), 80)
  assert.ok(lines.every((line) => line.length <= 80))
  const text = lines.join(' ').replaceAll(/\s+/gu, ' ')
  assert.equal(text.split(`derivation waits for ${what}`).length, 3)
})

test('the line for outputs that are no terminal has the heads of all nodes', () => {
  assert.match(
    liveLine(viewAt(12)),
    /unsafe\/safe\/finalized: node-1 12\/7\/\d+ {2}node-2 12\/7\/\d+; 123456 transactions sent/,
  )
})
