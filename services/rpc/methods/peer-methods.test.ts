import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { ChangePeerRequest } from '#messages/change-peer.ts'
import type { FetchPeersResponse, Peer } from '#messages/fetch-peers.ts'
import { changePeer, fetchPeers } from '#messages/subjects.ts'
import { errorOf, resultOf, RpcWorld } from '#test/fakes/rpc-world.ts'

const file = new URL('../../../test/vectors/rpc/answers.json', import.meta.url)
const { answers } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly answers: Readonly<Record<string, string>>
}

const selfId = '16Uiu2HAmEWQnHq2jLKJypwVnVoQeFCULuyop6atvq2eWjYSUjzNi'
const peerId = '16Uiu2HAkxNk2oMFzx5M1s95V4P7mtoRHcmGoVy1Ak8z16xnANyQF'

/** The peers of the samples. */
function sample() {
  const result = (name: string) => resultOf(answers[name] ?? '')
  return {
    self: result('self') as { ENR: string; addresses: string[]; protocols: string[] },
    peer: (result('peers') as { peers: Record<string, { addresses: string[] }> }).peers[peerId],
  }
}

function peerOf(changes: Partial<Peer>): Peer {
  return {
    id: selfId,
    agent: 'atoll/0.1.0',
    protocolVersion: '',
    record: '',
    addresses: [],
    protocols: [],
    isConnected: false,
    direction: 'unknown',
    isProtected: false,
    latencyMs: 0,
    gossips: true,
    scores: {
      total: 0,
      timeInMesh: 0,
      firstMessageDeliveries: 0,
      meshMessageDeliveries: 0,
      invalidMessageDeliveries: 0,
      ipColocationFactor: 0,
      behavioralPenalty: 0,
      validResponses: 0,
      errorResponses: 0,
      rejectedPayloads: 0,
    },
    ...changes,
  }
}

function dumpOf(changes: Partial<FetchPeersResponse> = {}): FetchPeersResponse {
  const { self, peer } = sample()
  const other = peerOf({})
  return {
    self: peerOf({ record: self.ENR, addresses: self.addresses, protocols: self.protocols }),
    peers: [
      peerOf({
        id: peerId,
        agent: 'optimism',
        addresses: peer?.addresses ?? [],
        protocols: ['/meshsub/1.1.0'],
        isConnected: true,
        direction: 'outbound',
        latencyMs: 25.4,
        scores: { ...other.scores, total: 2.5, validResponses: 5 },
      }),
    ],
    known: 312,
    topicPeers: [20, 21, 22, 24],
    table: [],
    blockedPeers: [],
    blockedIps: [],
    blockedSubnets: [],
    bans: [],
    ...changes,
  }
}

test("the host, its peers and the peer counts have op-node's form, byte for byte", async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const { url } = replica.servers
  const asked: boolean[] = []
  let dump = dumpOf()
  world.gossip.bus.serve(fetchPeers, async ({ areKnown }) => {
    asked.push(areKnown)
    return dump
  })
  assert.equal(await world.ask(url, 'opp2p_self'), answers['self'])
  assert.equal(await world.ask(url, 'opp2p_peers', [true]), answers['peers'])
  await world.ask(url, 'opp2p_peers', [false])
  assert.deepEqual(asked, [false, false, true])
  const [peer] = dump.peers
  assert.ok(peer)
  dump = dumpOf({
    peers: Array.from({ length: 25 }, () => peer),
    table: Array.from({ length: 150 }, () => 'enr:-J24Q'),
  })
  assert.equal(await world.ask(url, 'opp2p_peerStats'), answers['peerStats'])
  assert.deepEqual(resultOf(await world.ask(url, 'opp2p_peerCount')), {
    connectedDiscovery: 150,
    connectedGossip: 25,
  })
})

test('blocked peers are listed, subnets have the form of Go, and without discovery the call for its table is an error', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const ask = (method: string) => world.ask(replica.servers.url, method)
  world.gossip.bus.serve(fetchPeers, async () =>
    dumpOf({
      table: undefined,
      blockedPeers: [peerId],
      blockedIps: ['203.0.113.7'],
      blockedSubnets: ['203.0.113.0/24', '2001:db8::/33'],
      bans: [peerId, selfId].map((name) => ({
        kind: 'peer',
        name,
        untilMs: 1,
        reason: 'score -101',
      })),
    }),
  )
  assert.deepEqual(resultOf(await ask('opp2p_listBlockedPeers')), [peerId])
  assert.deepEqual(resultOf(await ask('opp2p_listBlockedAddrs')), ['203.0.113.7'])
  assert.deepEqual(resultOf(await ask('opp2p_listBlockedSubnets')), [
    { IP: '203.0.113.0', Mask: '////AA==' },
    { IP: '2001:db8::', Mask: '/////4AAAAAAAAAAAAAAAA==' },
  ])
  const { bannedPeers } = resultOf(await world.ask(replica.servers.url, 'opp2p_peers', [true])) as {
    bannedPeers: unknown
  }
  assert.deepEqual(bannedPeers, [peerId, selfId])
  assert.equal(errorOf(await ask('opp2p_discoveryTable')), '-32000 discovery disabled')
})

test("changes of peers reach gossip, and gossip's refusal reaches the client", async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  const ask = (method: string, params: unknown) => world.ask(replica.servers.url, method, params)
  const changes: ChangePeerRequest[] = []
  const answer: { refusal: string | undefined } = { refusal: undefined }
  world.gossip.bus.serve(changePeer, async (request) => {
    changes.push(request)
    return answer
  })
  const subnet = { IP: '203.0.113.0', Mask: '////AA==' }
  const wanted: readonly (readonly [string, unknown, ChangePeerRequest])[] = [
    ['blockPeer', peerId, { change: 'block-peer', name: peerId }],
    ['unblockPeer', peerId, { change: 'unblock-peer', name: peerId }],
    ['blockAddr', '203.0.113.7', { change: 'block-ip', name: '203.0.113.7' }],
    ['blocAddr', '203.0.113.7', { change: 'block-ip', name: '203.0.113.7' }],
    ['unblockAddr', '203.0.113.7', { change: 'unblock-ip', name: '203.0.113.7' }],
    ['blockSubnet', subnet, { change: 'block-subnet', name: '203.0.113.0/24' }],
    ['unblockSubnet', '10.0.0.0/8', { change: 'unblock-subnet', name: '10.0.0.0/8' }],
    ['protectPeer', peerId, { change: 'protect', name: peerId }],
    ['unprotectPeer', peerId, { change: 'unprotect', name: peerId }],
    ['disconnectPeer', peerId, { change: 'disconnect', name: peerId }],
    ['connectPeer', '/ip4/192.0.2.1', { change: 'connect', name: '/ip4/192.0.2.1' }],
  ]
  for (const [name, param] of wanted)
    assert.equal(resultOf(await ask(`opp2p_${name}`, [param])), null, name)
  assert.deepEqual(
    changes,
    wanted.map(([, , change]) => change),
  )
  answer.refusal = 'bad peer address: …'
  assert.equal(errorOf(await ask('opp2p_connectPeer', ['x'])), '-32000 bad peer address: …')
  const bad: readonly (readonly [string, unknown, RegExp])[] = [
    ['blockPeer', 'x', /^-32602 invalid argument 0: failed to parse peer ID: /],
    ['blockAddr', '1.2.3', /^-32602 invalid argument 0: invalid IP address: 1\.2\.3$/],
    ['blockAddr', '', /^-32000 invalid request$/],
    ['blockSubnet', { IP: '10.0.0.0', Mask: '/wD/AA==' }, /^-32602 invalid argument 0: .* gaps$/],
    ['blockSubnet', null, /^-32000 invalid request$/],
  ]
  for (const [name, param, error] of bad)
    assert.match(String(errorOf(await ask(`opp2p_${name}`, [param]))), error)
})

test('without gossip the namespace does not exist, and if gossip does not answer, the call is an error', async (t) => {
  const { world, replica } = await RpcWorld.started(t)
  assert.match(
    String(errorOf(await world.ask(replica.servers.url, 'opp2p_self'))),
    /^-32000 gossip.fetch-peers: /,
  )
  const without = await world.replica(t, { ports: { hasPeers: false } })
  assert.match(String(errorOf(await world.ask(without.servers.url, 'opp2p_self'))), /^-32601 /)
})
