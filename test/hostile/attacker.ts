/** A hostile peer: `node attacker.ts ORDER`, with an order in JSON. Prints the result as JSON. */
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Libp2p, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { maxIdentifyBytes, openHost } from '#libp2p/open-host.ts'
import { PeerGate } from '#libp2p/peer-gate.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { joined } from '#protocol/codec/joined.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import { compress } from '#protocol/p2p/snappy-block.ts'
import { blocksTopic, blocksTopics } from '#protocol/p2p/topics.ts'
import { systemClock } from '#runtime/clock.ts'
import { messageRate } from '#services/gossip/network/peer-rate.ts'
import { largeMessageBytes } from '#services/gossip/opening/message-opener.ts'
import { encodeRequest, requestProtocols } from '#services/gossip/requests/payload-answer.ts'
import { payloadOf } from '#test/fakes/block-messages.ts'
import { control, frame, joinFrame, meshProtocols, prefixed } from '#test/fakes/gossip-frames.ts'
import { blockData } from '#test/fakes/gossip-world.ts'
import { floodIdentify } from '#test/fakes/identify-flood.ts'
import { hash } from '#test/fakes/values.ts'
import { type Attack, attacks, type Order } from './attack.ts'

const order = JSON.parse(process.argv[2] ?? '') as Order
const chainId = BigInt(order.l2ChainId)
const topic = blocksTopic(chainId, 4)
const topics = [...blocksTopics(chainId).keys()]
const otherKey = new Uint8Array(32).fill(77)
let endMs = Number.POSITIVE_INFINITY
let done = 0

/** Starts the clock of the attack. Called when the hostile peer is connected. */
function begin(): void {
  endMs = performance.now() + order.forMs
  console.log('ready')
}

/** Unix seconds. */
const now = () => BigInt(Math.floor(Date.now() / 1_000))

const block = (changes: Partial<Payload> = {}) =>
  payloadOf(4, { number: 5_000_000n + BigInt(done), timestamp: now(), ...changes })

/** Repeats an action at a given rate, until the time is over. */
async function repeat(perSecond: number, act: () => Promise<void> | void): Promise<void> {
  begin()
  const startedMs = performance.now()
  for (let count = 0; performance.now() < endMs; count++) {
    const dueMs = startedMs + (count * 1_000) / perSecond
    if (dueMs > performance.now()) await sleep(dueMs - performance.now())
    await act()
    done++
  }
}

/** IP address of this hostile peer. Peers with one address share its score, so the sequencer has another address. */
const localAddress = `127.0.0.${66 + attacks.indexOf(order.attack)}`

/** A connection to the victim from the address of this hostile peer. */
function connectRaw(): Socket {
  const [, , host = '', , port = ''] = order.address.split('/')
  const socket = connect({ host, port: Number(port), localAddress })
  return socket.on('error', () => undefined)
}

/** libp2p cannot choose the address from which it dials. So the connections of libp2p go through this relay. */
const relay = createServer((client) => {
  const victim = connectRaw()
  client.on('error', () => undefined)
  client.pipe(victim).pipe(client)
  client.once('close', () => victim.destroy())
  victim.once('close', () => client.destroy())
}).listen(0, '127.0.0.1')
await once(relay, 'listening')
const relayAddress = `/ip4/127.0.0.1/tcp/${(relay.address() as AddressInfo).port}`

/** A libp2p host without gossipsub, which the attacks encode themselves. @param prepare is called before it dials */
async function openPeer(prepare?: (host: Libp2p) => Promise<void>): Promise<Libp2p> {
  const host = await openHost(
    {
      key: randomBytes(32),
      listen: [],
      announce: [],
      agent: 'hostile/1',
      limits: { maxConnections: 100, maxInboundPerSecond: 1_000, maxPendingInbound: 100 },
      gate: new PeerGate(systemClock),
    },
    {},
  )
  await host.handle(meshProtocols, (stream) => stream.addEventListener('message', () => undefined))
  await prepare?.(host)
  await host.dial(multiaddr(relayAddress))
  return host
}

/** A stream of gossipsub to the victim. */
function meshStream(host: Libp2p): Promise<Stream> {
  const [peer] = host.getPeers()
  if (peer === undefined) throw new Error('the victim closed the connection')
  return host.dialProtocol(peer, meshProtocols)
}

/**
 * Subscribes as peers do. Returns a function that sends a frame, and first opens a new stream if the last stream is
 * closed.
 */
async function joinMesh(): Promise<(bytes: Uint8Array) => Promise<void>> {
  let host = await openPeer()
  let stream: Stream | undefined
  const hello = joinFrame(topics)
  const ready = async (): Promise<Stream> => {
    if (stream?.status === 'open') return stream
    if (host.getPeers().length === 0) {
      await host.stop()
      host = await openPeer()
    }
    stream = await meshStream(host)
    stream.send(hello)
    return stream
  }
  const send = async (bytes: Uint8Array | undefined) => {
    try {
      const to = await ready()
      if (bytes !== undefined && !to.send(bytes))
        await to.onDrain({ signal: AbortSignal.timeout(1_000) })
    } catch (error) {
      // The victim refused or banned the hostile peer, which tries again.
      ignore(error)
      stream = undefined
      await sleep(50)
    }
  }
  await send(undefined)
  return send
}

const message = (data: Uint8Array) => frame({ messages: [{ topic, data }] })

async function sendEach(perSecond: number, next: () => Uint8Array): Promise<void> {
  const send = await joinMesh()
  await repeat(perSecond, () => send(next()))
}

/** Messages that break the rules of blocks, one after another. */
function invalidBlock(): Uint8Array {
  const kinds = [
    () => Uint8Array.of(1, 2, 3, done % 256),
    () => Uint8Array.of(0x81 + (done % 100), 0x80, 0x80, 0x0a),
    () => compress(randomBytes(65)),
    () => compress(randomBytes(100)),
    () => blockData(4, block(), { chainId, key: otherKey }),
    () => blockData(4, block(), { chainId: chainId + 1n }),
    () => blockData(3, payloadOf(3, { number: BigInt(done), timestamp: now() }), { chainId }),
    () => blockData(4, block({ timestamp: now() - 3_600n }), { chainId }),
    () => blockData(4, block({ timestamp: now() + 3_600n }), { chainId }),
    () => blockData(4, block({ blockHash: hash(done % 200) }), { chainId }),
    () => blockData(4, block({ excessBlobGas: 1n }), { chainId }),
  ]
  return message((kinds[done % kinds.length] ?? kinds[0])?.() ?? new Uint8Array(0))
}

/** Ten heights, each with many blocks that the sequencer signed. */
function manyAtHeight(): Uint8Array {
  const number = 6_000_000n + BigInt(Math.floor(done / 12) % 10)
  return message(blockData(4, block({ number, gasUsed: BigInt(done) }), { chainId }))
}

const bombs = Array.from({ length: 20 }, (_, at) =>
  compress(joined([new Uint8Array(10 * 2 ** 20 - 4), Uint8Array.of(at, 1, 2, 3)])),
)

/** An RPC with the maximum number of messages. Each has the largest size that is decompressed on the main thread. */
function manyMessages(): Uint8Array {
  const messages = Array.from({ length: messageRate.burst }, () => {
    const bytes = joined([new Uint8Array(largeMessageBytes - 8), new Uint8Array(randomBytes(8))])
    return { topic, data: compress(bytes) }
  })
  return frame({ messages })
}

function controlFlood(): Uint8Array {
  const ids = () => Array.from({ length: 1_000 }, () => new Uint8Array(randomBytes(20)))
  const topicID = topics[done % topics.length] ?? topic
  switch (done % 4) {
    case 0:
      return frame({ control: control({ ihave: [{ topicID, messageIDs: ids() }] }) })
    case 1:
      return frame({ control: control({ iwant: [{ messageIDs: ids() }] }) })
    case 2:
      return frame({
        control: control({ graft: Array.from({ length: 16 }, () => ({ topicID })) }),
      })
    default:
      return frame({
        control: control({ prune: Array.from({ length: 16 }, () => ({ topicID, peers: [] })) }),
      })
  }
}

/** Opens one stream after another, and sends a part of an RPC of the largest size on each. */
async function unfinishedRpcs(): Promise<void> {
  const part = prefixed(new Uint8Array(maxGossipBytes)).subarray(0, 4 * 2 ** 20)
  let host = await openPeer()
  await repeat(20, async () => {
    try {
      if (host.getPeers().length === 0) {
        await host.stop()
        host = await openPeer()
      }
      const stream = await meshStream(host)
      stream.send(part)
    } catch (error) {
      ignore(error)
      await sleep(50)
    }
  })
}

async function halfOpen(): Promise<void> {
  const host = await openPeer()
  const [peer] = host.getPeers()
  const protocols = [...requestProtocols(chainId), ...meshProtocols]
  const sockets = Array.from({ length: 300 }, connectRaw)
  await repeat(100, async () => {
    const protocol = protocols[done % protocols.length] ?? ''
    if (peer !== undefined)
      await host.dialProtocol(peer, protocol, { signal: AbortSignal.timeout(500) }).catch(ignore)
  })
  for (const socket of sockets) socket.destroy()
}

/** Ignores an error, since the victim should refuse attacks. */
function ignore(_error: unknown): void {}

async function requests(): Promise<void> {
  const host = await openPeer()
  const [peer] = host.getPeers()
  if (peer === undefined) throw new Error('the victim closed the connection')
  await repeat(300, async () => {
    const opening = host.dialProtocol(peer, [...requestProtocols(chainId)], {
      signal: AbortSignal.timeout(1_000),
    })
    await opening.then((stream) => stream.send(encodeRequest(1n))).catch(ignore)
  })
}

async function reconnects(): Promise<void> {
  const libp2p = async () => {
    while (performance.now() < endMs) {
      const host = await openPeer().catch(ignore)
      await host?.stop()
    }
  }
  const running = libp2p()
  await repeat(600, () => {
    const socket = connectRaw()
    socket.write(randomBytes(40))
    setTimeout(() => socket.destroy(), 30)
  })
  await running
}

/** Connects again and again, each time as another peer, which announces thousands of addresses. */
async function identifyFlood(): Promise<void> {
  await repeat(5, async () => {
    const host = await openPeer((peer) => floodIdentify(peer, maxIdentifyBytes)).catch(ignore)
    await sleep(100)
    await host?.stop()
  })
}

async function discoveryFlood(): Promise<void> {
  const socket = createSocket('udp4')
  await repeat(4_000, () => {
    socket.send(randomBytes(63 + (done % 1_200)), order.udpPort, '127.0.0.1')
  })
  socket.close()
}

const doings: Readonly<Record<Attack, () => Promise<void>>> = {
  'invalid-blocks': () => sendEach(300, invalidBlock),
  'many-at-height': () => sendEach(200, manyAtHeight),
  'snappy-bombs': () => sendEach(50, () => message(bombs[done % bombs.length] ?? topicBytes)),
  'many-messages': () => {
    // The RPCs are encoded before the attack, so that the hostile peer only has to send them.
    const rpcs = Array.from({ length: 16 }, manyMessages)
    return sendEach(20, () => rpcs[done % rpcs.length] ?? topicBytes)
  },
  'large-frames': () => sendEach(5, () => prefixed(new Uint8Array(12 * 2 ** 20))),
  // A zero byte is an RPC without content.
  'empty-rpcs': () => sendEach(20, () => new Uint8Array(2 ** 20)),
  'unfinished-rpcs': unfinishedRpcs,
  'repeated-blocks': () => {
    const one = message(blockData(4, block({ number: 7_000_000n }), { chainId }))
    return sendEach(1_000, () => one)
  },
  'control-flood': () => sendEach(200, controlFlood),
  'subscription-flood': () =>
    sendEach(300, () =>
      frame({
        subscriptions: Array.from({ length: 120 }, (_, at) => ({
          subscribe: at % 2 === 0,
          topic: `/${done}/${at}`,
        })),
      }),
    ),
  'half-open-streams': halfOpen,
  requests,
  reconnects,
  'identify-flood': identifyFlood,
  'discovery-flood': discoveryFlood,
}

const topicBytes = new TextEncoder().encode(topic)

await doings[order.attack]()
console.log(JSON.stringify({ done }))
process.exit(0)
