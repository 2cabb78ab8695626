import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { multiaddr } from '@multiformats/multiaddr'
import { ipOf, normalIp, normalSubnet, parseSubnet } from './ip-address.ts'
import type { Ban } from '#messages/fetch-peers.ts'
import { maxBans, maxBlocked, PeerGate } from './peer-gate.ts'

/** A clock that returns `at.ms`, which a test sets. */
function stoppedClock() {
  const at = { ms: 1_000 }
  const clock: Clock = { ...systemClock, now: () => at.ms }
  return { clock, at }
}

test('blocked peers, addresses and subnets are refused until they are unblocked', () => {
  const gate = new PeerGate(stoppedClock().clock)
  gate.blockPeer('A')
  gate.blockIp('10.0.0.1')
  gate.blockSubnet('192.168.0.0/16')
  gate.blockSubnet('fd00::/8')
  const refused = () => [
    gate.deniesPeer('A'),
    gate.deniesIp('10.0.0.1'),
    gate.deniesIp('192.168.255.255'),
    gate.deniesIp('fdff::1'),
  ]
  assert.deepEqual(refused(), [true, true, true, true])
  assert.equal(gate.deniesPeer('B'), false)
  for (const ip of ['10.0.0.2', '192.169.0.0', '192.167.255.255', 'fe00::1', 'example.org', ''])
    assert.equal(gate.deniesIp(ip), false, ip)
  assert.deepEqual(gate.blocked, {
    peers: ['A'],
    ips: ['10.0.0.1'],
    subnets: ['192.168.0.0/16', 'fd00::/8'],
  })
  gate.unblockPeer('A')
  gate.unblockIp('10.0.0.1')
  gate.unblockSubnet('192.168.0.0/16')
  gate.unblockSubnet('fd00::/8')
  assert.deepEqual(refused(), [false, false, false, false])
})

test('an address is refused in each of its notations', () => {
  const gate = new PeerGate(stoppedClock().clock)
  gate.blockIp('::ffff:10.0.0.1')
  gate.blockIp('2001:0db8::0:1')
  gate.blockSubnet('172.16.0.0/12')
  for (const ip of ['10.0.0.1', '::ffff:a00:1', '2001:db8::1', '2001:DB8:0:0:0:0:0:1%eth0'])
    assert.equal(gate.deniesIp(ip), true, ip)
  assert.equal(gate.deniesIp('::ffff:172.31.0.9'), true)
  assert.equal(gate.deniesIp('::ffff:172.32.0.9'), false)
})

test('a ban ends at its time, and its end is reported once', () => {
  const { clock, at } = stoppedClock()
  const ended: string[] = []
  const bans: readonly Ban[] = [
    { kind: 'peer', name: 'A', untilMs: 2_000, reason: 'score -101' },
    { kind: 'ip', name: '10.0.0.1', untilMs: 3_000, reason: 'score -101' },
  ]
  const gate = new PeerGate(clock, { bans, onUnban: (kind) => ended.push(kind) })
  assert.deepEqual(gate.bans, bans)
  at.ms = 1_999
  assert.equal(gate.deniesPeer('A'), true)
  at.ms = 2_000
  assert.deepEqual(gate.bans, bans.slice(1))
  assert.equal(gate.deniesPeer('A'), false)
  assert.equal(gate.deniesPeer('A'), false)
  assert.equal(gate.deniesIp('10.0.0.1'), true)
  assert.deepEqual(ended, ['peer'])
  gate.ban({ kind: 'ip', name: '10.0.0.1', untilMs: 4_000, reason: 'score -101' })
  at.ms = 3_500
  assert.equal(gate.deniesIp('10.0.0.1'), true)
  at.ms = 4_000
  assert.equal(gate.deniesIp('10.0.0.1'), false)
  assert.deepEqual(ended, ['peer', 'ip'])
})

test('the number of bans is limited; beyond the limit the oldest ban ends', () => {
  const gate = new PeerGate(stoppedClock().clock)
  const ban = (peer: number) =>
    gate.ban({ kind: 'peer', name: String(peer), untilMs: 2_000, reason: 'score -101' })
  for (let peer = 0; peer < maxBans; peer++) ban(peer)
  // A renewed ban counts as the newest.
  ban(0)
  ban(maxBans)
  assert.equal(gate.bans.length, maxBans)
  assert.deepEqual(
    [0, 1, 2, maxBans].map((peer) => gate.deniesPeer(String(peer))),
    [true, false, true, true],
  )
})

test('the error for a text that is not an address or a subnet quotes the text', () => {
  const gate = new PeerGate(stoppedClock().clock)
  assert.throws(() => gate.blockIp('10.0.0'), { message: '10.0.0 is not an IP address' })
  assert.throws(() => gate.ban({ kind: 'ip', name: 'x', untilMs: 1, reason: 'score -101' }), {
    message: /x is not an IP/,
  })
  for (const subnet of ['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'x/8', '10.0.0.0/8/8', '/8'])
    assert.throws(() => gate.blockSubnet(subnet), { message: /is not a subnet, such as/ })
  assert.ok(parseSubnet('0.0.0.0/0'))
})

test('IP addresses are parsed from multiaddrs', () => {
  const of = (text: string) => ipOf(multiaddr(text))
  assert.equal(of('/ip4/1.2.3.4/tcp/9222'), '1.2.3.4')
  assert.equal(of('/ip6/::ffff:1.2.3.4/tcp/9222'), '1.2.3.4')
  assert.equal(of('/ip6/2001:db8:0::1/tcp/1'), '2001:db8::1')
  assert.equal(of('/dns4/example.org/tcp/9222'), undefined)
  assert.equal(normalIp('example.org'), undefined)
})

test('an operator who unblocks a peer or an address ends its ban', () => {
  const ended: string[] = []
  const bans: readonly Ban[] = [
    { kind: 'peer', name: 'A', untilMs: 2_000, reason: 'score -101' },
    { kind: 'ip', name: '10.0.0.1', untilMs: 2_000, reason: 'score -101' },
  ]
  const { clock } = stoppedClock()
  const gate = new PeerGate(clock, { bans, onUnban: (kind) => ended.push(kind) })
  gate.unblockPeer('A')
  gate.unblockPeer('B')
  assert.deepEqual([gate.deniesPeer('A'), gate.deniesIp('10.0.0.1')], [false, true])
  gate.unblockIp('::ffff:10.0.0.1')
  assert.deepEqual([gate.deniesIp('10.0.0.1'), gate.bans, ended], [false, [], ['peer', 'ip']])
})

test('the number of blocked peers is limited, and blocking a further peer is refused', () => {
  const gate = new PeerGate(stoppedClock().clock)
  for (let peer = 0; peer < maxBlocked; peer++) gate.blockPeer(`p${peer}`)
  assert.throws(() => gate.blockPeer('one more'), /10000 peers are blocked, and no more can be/)
  gate.blockPeer('p0')
  gate.unblockPeer('p0')
  gate.blockPeer('one more')
  assert.equal(gate.deniesPeer('one more'), true)
})

test('a subnet can be given with any of its addresses, and its name is always the same', () => {
  assert.equal(normalSubnet('10.1.2.3/8'), '10.0.0.0/8')
  assert.equal(normalSubnet('10.255.2.3/12'), '10.240.0.0/12')
  assert.equal(normalSubnet('203.0.113.7/32'), '203.0.113.7/32')
  assert.equal(normalSubnet('1.2.3.4/0'), '0.0.0.0/0')
  assert.equal(normalSubnet('fd12:3456::1/8'), 'fd00::/8')
  assert.equal(normalSubnet('2001:DB8:1:2::/49'), '2001:db8:1::/49')
  assert.equal(normalSubnet('10.0.0.0/33'), undefined)
  const gate = new PeerGate(systemClock)
  assert.equal(gate.blockSubnet('10.1.2.3/8'), true)
  assert.equal(gate.blockSubnet('10.0.0.0/8'), false)
  assert.deepEqual(gate.blocked.subnets, ['10.0.0.0/8'])
  assert.equal(gate.unblockSubnet('10.9.9.9/8'), true)
  assert.equal(gate.unblockSubnet('10.0.0.0/8'), false)
})

test('the gate says whether a change had an effect', () => {
  const gate = new PeerGate(systemClock)
  assert.deepEqual([gate.blockPeer('a'), gate.blockPeer('a')], [true, false])
  assert.deepEqual([gate.unblockPeer('a'), gate.unblockPeer('a')], [true, false])
  assert.deepEqual([gate.blockIp('::ffff:1.2.3.4'), gate.blockIp('1.2.3.4')], [true, false])
  assert.deepEqual([gate.unblockIp('1.2.3.4'), gate.unblockIp('1.2.3.4')], [true, false])
  const untilMs = systemClock.now() + 60_000
  gate.ban({ kind: 'peer', name: 'b', untilMs, reason: '' })
  assert.deepEqual([gate.unblockPeer('b'), gate.unblockPeer('b')], [true, false])
})
