import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { Serial } from '#runtime/serial.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { strikesPauseMs } from './peer-link.ts'
import {
  type BuilderHost,
  builderHost,
  builderOn,
  bytesOf,
  compat,
  fasterClock,
  hostPair,
  idOf,
  rawBuilder,
  until,
} from '#test/fakes/builder-peers.ts'

/** The TCP port on which a host listens. */
function portOf(host: BuilderHost): number {
  const [, port] = /\/tcp\/(\d+)/.exec(String(host.getMultiaddrs()[0])) ?? []
  return Number(port)
}

test('if both peers dial at once, exactly one connection with a stream in each direction remains', async (t) => {
  const [low, high] = await hostPair(t)
  const [one, two] = await Promise.all([
    builderOn(t, { host: low, known: [high] }),
    builderOn(t, { host: high, known: [low] }),
  ])
  const force = { force: true }
  await Promise.allSettled([
    low.dial(high.getMultiaddrs(), force),
    high.dial(low.getMultiaddrs(), force),
    low.dial(high.getMultiaddrs(), force),
  ])
  await until(() => one.count('duplicate') + two.count('duplicate') > 0)
  const fromMs = performance.now()
  await until(() => one.isLinked() && two.isLinked())
  t.diagnostic(`linked after ${Math.round(performance.now() - fromMs)} ms`)
  await sleep(200)
  assert.ok(one.isLinked() && two.isLinked())
  one.streams.send(() => bytesOf('to two'))
  two.streams.send(() => bytesOf('to one'))
  await until(() => one.messages.length === 1 && two.messages.length === 1)
})

test('a second connection closes both connections, and the peer with the lower id dials once', async (t) => {
  const [low, high] = await hostPair(t)
  const one = await builderOn(t, { host: low, known: [high], clock: fasterClock(5) })
  const two = await builderOn(t, { host: high, known: [low], clock: fasterClock(5) })
  await until(() => one.isLinked() && two.isLinked())
  const before = [...low.getConnections(), ...high.getConnections()]
  await Promise.allSettled([high.dial(low.getMultiaddrs(), { force: true })])
  await until(() => before.every(({ status }) => status !== 'open'))
  await until(() => one.isLinked() && two.isLinked())
  assert.ok(one.count('duplicate') + two.count('duplicate') > 0)
  assert.ok([...one.reasons(), ...two.reasons()].includes('duplicate'))
  assert.equal(low.getConnections()[0]?.direction, 'outbound')
})

/**
 * Makes a host open streams as op-rbuilder does: one stream if it holds none, and when any connection of the peer
 * closes, it drops the stream, even if another connection remains.
 */
function actAsOpRbuilder(host: BuilderHost): { readonly stream: () => Stream | undefined } {
  const events = new Serial()
  let held: Stream | undefined
  host.addEventListener('connection:open', ({ detail }) => {
    const open = async () => {
      held ??= await detail.newStream(compat.id)
    }
    // The connection may be closed by now.
    void Promise.allSettled([events.run(open)])
  })
  host.addEventListener('connection:close', () => {
    void events.run(async () => {
      held?.abort(new Error('dropped'))
      held = undefined
    })
  })
  return { stream: () => held }
}

test('a peer that opens streams as op-rbuilder does is linked again after both peers dialed', async (t) => {
  const [low, high] = await hostPair(t)
  const raw = await rawBuilder(high)
  const { stream } = actAsOpRbuilder(high)
  const one = await builderOn(t, { host: low, known: [high], clock: fasterClock(2) })
  await until(() => one.isLinked())
  await Promise.allSettled([high.dial(low.getMultiaddrs(), { force: true })])
  await until(() => one.count('duplicate') === 1)
  await until(() => one.isLinked() && stream()?.status === 'open')
  stream()?.send(bytesOf('from the peer\n'))
  await until(() => one.messages.length === 1)
  assert.equal(
    one.streams.send(() => bytesOf('to the peer')),
    1,
  )
  assert.equal(raw.inbound.filter(({ status }) => status === 'open').length, 1)
})

test('a peer that is not known is refused', async (t) => {
  const [host, stranger] = [await builderHost(t), await builderHost(t)]
  const builder = await builderOn(t, { host, known: [await builderHost(t)] })
  const raw = await rawBuilder(stranger)
  await Promise.allSettled([raw.connect(host).then((open) => open())])
  await until(() => builder.count('stranger') === 1 && stranger.getConnections().length === 0)
  assert.equal(host.getConnections(stranger.peerId).length, 0)
  assert.deepEqual([raw.inbound, builder.messages], [[], []])
})

test('a connection that was open before the streams were opened is used or refused too', async (t) => {
  const [low, high] = await hostPair(t)
  const stranger = await builderHost(t)
  await high.dial(low.getMultiaddrs())
  await stranger.dial(low.getMultiaddrs())
  await until(() => low.getConnections().length === 2)
  const raw = await rawBuilder(high)
  const builder = await builderOn(t, { host: low, known: [high] })
  await until(() => raw.inbound.length === 1 && stranger.getConnections().length === 0)
  assert.equal(builder.count('stranger'), 1)
  assert.equal(low.getConnections().length, 1)
})

test('a peer that restarts is connected again, whichever side has the lower id', async (t) => {
  const clock = fasterClock(3)
  for (const [seed, other] of [
    [101, 102],
    [202, 201],
  ] as const) {
    const [stays, restarts] = [
      await builderHost(t, { seed }),
      await builderHost(t, { seed: other }),
    ]
    const one = await builderOn(t, { host: stays, known: [restarts], clock })
    const first = await builderOn(t, { host: restarts, known: [stays], clock })
    await until(() => one.isLinked() && first.isLinked())
    const port = portOf(restarts)
    await restarts.stop()
    await until(() => one.reasons().length === 1)
    assert.deepEqual(one.reasons(), ['closed-by-peer'])
    const again = await builderHost(t, { seed: other, port })
    const second = await builderOn(t, { host: again, known: [stays], clock })
    await until(() => one.isLinked() && second.isLinked())
    one.streams.send(() => bytesOf('again'))
    await until(() => second.messages.length > 0)
    assert.deepEqual([first.messages, second.messages], [[], ['again']])
  }
})

test('a peer that sent a malformed message is refused during the pause, and then connected again', async (t) => {
  const [low, high] = await hostPair(t)
  // The pause is long enough for a dial on a loaded machine.
  const clock = fasterClock(1 / 3)
  const one = await builderOn(t, { host: low, known: [high], random: () => 0, clock })
  const raw = await rawBuilder(high)
  await until(() => one.events.length === 1)
  one.streams.refuse(idOf(high), 'the block has another hash')
  assert.deepEqual(one.events.at(-1), {
    kind: 'disconnected',
    reason: 'malformed',
    detail: 'the block has another hash',
  })
  await until(() => high.getConnections().length === 0)
  await Promise.allSettled([high.dial(low.getMultiaddrs())])
  await until(() => one.count('refused') === 1)
  await until(() => raw.inbound.length === 2)
  await until(() => one.events.at(-1)?.kind === 'connected')
})

/** A clock whose delays are recorded, and shorter by a factor. */
function recordingClock(times = 1_000): { readonly clock: Clock; readonly delays: number[] } {
  const delays: number[] = []
  const after: Clock['after'] = (delayMs, run) => {
    delays.push(delayMs)
    // Dials of a closed port fail at once, so that their timeouts may be long.
    return systemClock.after(delayMs >= 10_000 ? 10_000 : delayMs / times, run)
  }
  return { clock: { ...systemClock, after }, delays }
}

test('after a second connection, both sides dial again within three seconds, the peer with the lower id first', async (t) => {
  const pauseOf = async (host: BuilderHost, peer: BuilderHost, random: () => number) => {
    const { clock, delays } = recordingClock(2)
    const builder = await builderOn(t, { host, known: [peer], random, clock })
    await rawBuilder(peer)
    await peer.dial(host.getMultiaddrs(), { force: true })
    await until(() => builder.events.some(({ kind }) => kind === 'connected'))
    await Promise.allSettled([peer.dial(host.getMultiaddrs(), { force: true })])
    await until(() => builder.count('duplicate') > 0)
    // Without the first dial, its timeout, and the wait for a stream of the peer.
    return Math.round(delays.find((ms) => ![0, 2_000, 5_000, 10_000].includes(ms)) ?? 0)
  }
  const pauses: number[] = []
  for (const random of [() => 0, () => 0.999_999]) {
    const [low, high] = await hostPair(t)
    pauses.push(await pauseOf(low, high, random))
    const [other, higher] = await hostPair(t)
    pauses.push(await pauseOf(higher, other, random))
  }
  assert.deepEqual(pauses, [1_000, 2_200, 1_800, 3_000])
})

test('a peer that cannot be reached is dialed again after pauses from half a second to ten seconds', async (t) => {
  const [low, high] = await hostPair(t)
  const { clock, delays } = recordingClock()
  const known = [{ id: idOf(high), addresses: [`/ip4/127.0.0.1/tcp/1/p2p/${idOf(high)}`] }]
  const options = { host: low, known: [], knownPeers: known, clock, random: () => 0 }
  const builder = await builderOn(t, options)
  await until(() => builder.count('dial-failed') === 5)
  const dialMs = 10_000
  assert.deepEqual(
    delays.filter((delayMs) => delayMs !== dialMs),
    [0, 500, 1_000, 2_000, 4_000, 8_000],
  )
  await until(() => builder.count('dial-failed') === 6)
  assert.deepEqual(delays.slice(-3), [8_000, dialMs, 10_000])
  const [event] = builder.events
  assert.ok(event?.kind === 'failed')
  assert.match(event.detail, /the dial failed: .*ECONNREFUSED/)
})

test('a peer that accepts connections but completes no handshake is dialed again after the timeout', async (t) => {
  const host = await builderHost(t)
  const sockets: Socket[] = []
  const mute = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
  mute.listen(0, '127.0.0.1')
  await once(mute, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    mute.close()
  })
  const { port } = mute.address() as AddressInfo
  const id = idOf(await builderHost(t))
  const knownPeers = [{ id, addresses: [`/ip4/127.0.0.1/tcp/${port}/p2p/${id}`] }]
  const builder = await builderOn(t, { host, known: [], knownPeers, clock: fasterClock(30) })
  await until(() => sockets.length === 2)
  assert.equal(builder.count('dial-failed'), 1)
  const [event] = builder.events
  assert.ok(event?.kind === 'failed')
  assert.match(event.detail, /the dial failed: /)
})

test('pauses are shortened by up to a quarter at random, and the peer with the higher id waits two seconds at least', async (t) => {
  const [low, high] = await hostPair(t)
  const { clock, delays } = recordingClock()
  const known = [{ id: idOf(low), addresses: [`/ip4/127.0.0.1/tcp/1/p2p/${idOf(low)}`] }]
  const options = { host: high, known: [], knownPeers: known, clock, random: () => 0.999_999 }
  const builder = await builderOn(t, options)
  await until(() => builder.count('dial-failed') === 5)
  assert.deepEqual(
    delays.filter((delayMs) => delayMs !== 10_000).map(Math.round),
    [2_000, 2_000, 2_000, 2_000, 3_000, 6_000],
  )
})

test('the host itself may be among the known peers', async (t) => {
  const host = await builderHost(t)
  const builder = await builderOn(t, { host, known: [host] })
  assert.deepEqual(builder.streams.peers(), [])
})

test('all addresses of a peer are tried', async (t) => {
  const [low, high] = await hostPair(t)
  const id = idOf(high)
  const addresses = [`/ip4/127.0.0.1/tcp/1/p2p/${id}`, ...high.getMultiaddrs().map(String)]
  assert.equal(multiaddr(addresses[0]).toString(), addresses[0])
  const raw = await rawBuilder(high)
  await builderOn(t, { host: low, known: [high], knownPeers: [{ id, addresses }] })
  await until(() => raw.inbound.length === 1)
})

test('after three bad messages, a peer is refused for ten minutes', async (t) => {
  const [low, high] = await hostPair(t)
  const { clock, delays } = recordingClock(5)
  const one = await builderOn(t, { host: low, known: [high], random: () => 0, clock })
  await rawBuilder(high)
  for (let strike = 1; strike <= 3; strike++) {
    await until(() => one.events.filter(({ kind }) => kind === 'connected').length === strike)
    one.streams.refuse(idOf(high), 'malformed')
  }
  assert.deepEqual(one.reasons(), ['malformed', 'malformed', 'malformed'])
  assert.equal(delays.filter((delayMs) => delayMs === strikesPauseMs).length, 1)
})

test('a banned peer is never connected again', async (t) => {
  const [low, high] = await hostPair(t)
  const { clock, delays } = recordingClock(5)
  const one = await builderOn(t, { host: low, known: [high], random: () => 0, clock })
  await rawBuilder(high)
  await until(() => one.events.length === 1)
  one.streams.ban(idOf(high), 'it contradicts itself')
  assert.deepEqual(one.reasons(), ['malformed'])
  await until(() => high.getConnections().length === 0)
  const dials = delays.length
  await Promise.allSettled([high.dial(low.getMultiaddrs())])
  await until(() => one.count('refused') === 1)
  assert.equal(delays.length, dials)
  assert.ok(!one.isLinked())
})
