import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseKnownPeers } from './known-peers.ts'

const one = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
const two = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'

test('peers are parsed with all of their addresses', () => {
  const addresses = [
    `/ip4/192.0.2.1/tcp/9009/p2p/${one}`,
    `/dns4/builder.example.com/tcp/9009/p2p/${two}`,
    `/ip6/2001:db8::1/tcp/9009/p2p/${one}`,
  ] as const
  assert.deepEqual(parseKnownPeers(` ${addresses[0]},${addresses[1]} , ${addresses[2]}\n`), [
    { id: one, addresses: [addresses[0], addresses[2]] },
    { id: two, addresses: [addresses[1]] },
  ])
  assert.deepEqual(parseKnownPeers(`${addresses[0]},${addresses[0]}`), [
    { id: one, addresses: [addresses[0]] },
  ])
})

test('an empty text has no peers', () => {
  assert.deepEqual(parseKnownPeers(' \n'), [])
})

test('one error names all mistakes', () => {
  const entries = [
    `/ip4/192.0.2.1/tcp/9009/p2p/${one}`,
    '/ip4/192.0.2.2/tcp/9009',
    '192.0.2.3:9009',
    '',
    `/ip4/192.0.2.4/tcp/9009/p2p/${one}x`,
    `/ip4/192.0.2.5/udp/9009/p2p/${two}`,
    `/ip4/192.0.2.6/tcp/99999/p2p/${two}`,
    `/p2p/${two}`,
  ]
  assert.throws(
    () => parseKnownPeers(entries.join(',')),
    (error: Error) => {
      assert.match(error.message, /^settings: the list of known peers has mistakes: /)
      for (const mistake of [
        '/ip4/192.0.2.2/tcp/9009 does not end in /p2p/ and a peer id',
        '192.0.2.3:9009 is not a multiaddr: ',
        'an entry between two commas is empty',
        `the peer id of /ip4/192.0.2.4/tcp/9009/p2p/${one}x is malformed`,
        `/ip4/192.0.2.5/udp/9009/p2p/${two} is not over TCP, such as `,
        `/ip4/192.0.2.6/tcp/99999/p2p/${two} is not a multiaddr: `,
        `/p2p/${two} is not over TCP, such as `,
      ])
        assert.ok(error.message.includes(mistake), `${error.message} lacks ${mistake}`)
      assert.ok(!error.message.includes(entries[0] ?? ''))
      return true
    },
  )
})
