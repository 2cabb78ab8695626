import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { hash } from '#test/fakes/values.ts'
import { maxKnown } from './known-peers.ts'
import { openPeerStore } from './open-peer-store.ts'

/** A file, and a function that opens it again. */
function newFile(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-peers-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'peers.sqlite')
  const warnings: unknown[] = []
  const log = { warn: (...words: readonly unknown[]) => void warnings.push(words.at(-1)) }
  return { folder, path, warnings, open: () => openPeerStore({ path, chainId: 10n, log }) }
}

test('peers, bans, blocked peers and sent blocks are kept over a restart', (t) => {
  const { open } = newFile(t)
  const before = open()
  before.putPeers([{ id: 'a', addresses: ['/a/1', '/a/2'] }], 1)
  before.putPeers([{ id: 'b', addresses: ['/b'] }], 2)
  before.putPeers([{ id: 'c', addresses: ['/c'] }], 3)
  before.removePeer('c')
  before.setBans([
    { kind: 'peer', name: 'x', untilMs: 9_007_199_254, reason: 'score -101' },
    { kind: 'ip', name: '10.0.0.1', untilMs: 2, reason: 'score -101' },
  ])
  const blocked = { peers: ['y'], ips: ['10.0.0.2'], subnets: ['fd00::/8'] }
  before.setBlocked({ ...blocked, peers: ['y', 'z'] })
  before.setBlocked(blocked)
  for (let block = 0; block < 100; block++) before.addSentBlock(hash(block))
  before.close()
  const after = open()
  assert.deepEqual(after.peers(), [
    { id: 'b', addresses: ['/b'] },
    { id: 'a', addresses: ['/a/1', '/a/2'] },
  ])
  assert.deepEqual(
    after.bans().toSorted((left, right) => left.untilMs - right.untilMs),
    [
      { kind: 'ip', name: '10.0.0.1', untilMs: 2, reason: 'score -101' },
      { kind: 'peer', name: 'x', untilMs: 9_007_199_254, reason: 'score -101' },
    ],
  )
  assert.deepEqual(after.blocked(), blocked)
  assert.deepEqual(
    after.sentBlocks(),
    Array.from({ length: 64 }, (_, at) => hash(36 + at)),
  )
  after.close()
})

test('the number of peers is limited', (t) => {
  const { open } = newFile(t)
  const store = open()
  const peers = Array.from({ length: maxKnown }, (_, at) => ({ id: `p${at}`, addresses: ['/a'] }))
  store.putPeers(peers, 1)
  store.putPeers([{ id: 'newest', addresses: ['/a'] }], 2)
  assert.equal(store.peers().length, maxKnown)
  assert.equal(store.peers()[0]?.id, 'newest')
  store.close()
})

test('a damaged file is moved aside, and the store starts empty', (t) => {
  const { folder, path, open, warnings } = newFile(t)
  writeFileSync(path, 'not a database, but longer than the header of one'.repeat(20))
  const store = open()
  assert.deepEqual(store.peers(), [])
  store.close()
  assert.deepEqual(warnings, ['the peer store is unusable and starts empty'])
  assert.equal(readdirSync(folder).filter((name) => name !== 'peers.sqlite').length, 1)
})

test('a damaged file is also moved aside if its write-ahead log hides the damage, as after a kill', (t) => {
  const { path, open, warnings } = newFile(t)
  const first = open()
  first.putPeers([{ id: 'a', addresses: ['/a'] }], 1)
  first.close()
  const killed = open()
  killed.setBans([{ kind: 'peer', name: 'x', untilMs: 1, reason: 'score -101' }])
  const log = readFileSync(`${path}-wal`)
  killed.close()
  writeFileSync(path, randomBytes(20_000))
  writeFileSync(`${path}-wal`, log)
  const store = open()
  assert.deepEqual(store.peers(), [])
  store.close()
  assert.deepEqual(warnings, ['the peer store is unusable and starts empty'])
})
