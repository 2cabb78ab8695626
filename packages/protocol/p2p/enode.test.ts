import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { nodeIdOf, peerIdOf } from './network-key.ts'
import { parseEnode } from './enode.ts'

const key =
  '2bd2e657bb3c8efffb8ff6db9071d9eb7be70d7c6d7d980ff80fc93b2629675c5f750bc0a5ef27cd788c2e491b8795a7e9a4a6e72178c14acc6753c0e5d77ae4'

test('an enode URL has the peer id and the node id of its key', () => {
  const { publicKey, ...place } = parseEnode(`enode://${key}@34.65.205.244:30305`)
  assert.equal(peerIdOf(publicKey), '16Uiu2HAkxNk2oMFzx5M1s95V4P7mtoRHcmGoVy1Ak8z16xnANyQF')
  assert.equal(
    nodeIdOf(publicKey),
    '0x7c3b19533841900e6415ad3e40472b48aeb948eb621210eb13827fb3db7c502a',
  )
  assert.deepEqual(place, { host: '34.65.205.244', tcp: 30_305, udp: 30_305 })
})

test('the port of discovery may differ, and the host may be a name or an IPv6 address', () => {
  const of = (rest: string) => parseEnode(`enode://${key}@${rest}`)
  const named = of('bootnode.example.xyz:0?discport=30301')
  assert.deepEqual([named.host, named.tcp, named.udp], ['bootnode.example.xyz', 0, 30_301])
  assert.equal(of('[2001:db8::1]:1').host, '2001:db8::1')
})

test('text that is not an enode URL is refused', () => {
  const texts = [
    '',
    `enode://${key}@1.2.3.4`,
    `enode://${key}@1.2.3.4:0`,
    `enode://${key}@1.2.3.4:65536`,
    `enode://${key}@1.2.3.4:1?discport=65536`,
    `enode://${key}@1.2.3.4:1?other=1`,
    `enode://${key.slice(2)}@1.2.3.4:1`,
    `enode://${'00'.repeat(64)}@1.2.3.4:1`,
    `enr:${key}`,
  ]
  for (const text of texts) assert.throws(() => parseEnode(text), DecodeError, text)
})
