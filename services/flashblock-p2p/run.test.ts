import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import pino from 'pino'
import { Registry } from 'prom-client'
import type { BuilderFrame, SentFlashblock } from '#messages/builder-frame.ts'
import type { FlashblockOutcome } from '#messages/checked-flashblock.ts'
import { flashblockChecked, flashblockReceived } from '#messages/flashblock-subjects.ts'
import type { ReceivedFlashblock } from '#messages/received-flashblock.ts'
import { engineChain, systemConfig } from '#messages/subjects.ts'
import { type Waiting, waitText } from '#service/status-reporter.ts'
import { signerAddress } from '#test/fakes/block-messages.ts'
import { testIdentity } from '#test/fakes/builder-identities.ts'
import {
  at,
  newer,
  otherAt0,
  peer,
  self,
  sentOf,
  signed,
  slotMs,
  third,
} from '#test/fakes/builder-run.ts'
import { BusWorld } from '#test/fakes/bus-world.ts'
import {
  filledHash,
  flashblocksOf,
  sampleBase,
  samplePayloadId,
  streamText,
} from '#test/fakes/flashblocks.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { chainAt, l1Ref } from '#test/fakes/values.ts'
import { serveWebSockets } from '#test/fakes/web-socket-server.ts'
import { createMetrics } from './metrics.ts'
import { BuilderClocks } from './reports/builder-clocks.ts'
import type { BuilderEvents } from './network/builder-network.ts'
import { run } from './run.ts'

/** Flashblock-p2p on a bus in memory. Its network only notes what it has to do. */
class P2pWorld {
  readonly bus: BusWorld
  readonly registry = new Registry()
  /** Frames to other builders. */
  readonly sent: { readonly to: string; readonly frame: BuilderFrame }[] = []
  /** What happened to connections of builders: `refuse` or `ban`, and the builder. */
  readonly scores: string[] = []
  readonly evidence: (readonly [SentFlashblock, SentFlashblock])[] = []
  /** What the engine gets. */
  readonly received: ReceivedFlashblock[] = []
  /** What consumers of the public stream get. */
  readonly published: number[] = []
  connected = true
  wait: Waiting | undefined
  events: BuilderEvents | undefined
  /** What the service waits for until the bus is back; while it waits, it is not ready. */
  busWaits: () => readonly { readonly what: string }[] = () => []
  check: (index: number, outcome: FlashblockOutcome) => void = () => undefined

  private constructor(bus: BusWorld) {
    this.bus = bus
  }

  static async start(t: TestContext, followedUrls: readonly string[] = []): Promise<P2pWorld> {
    const world = new P2pWorld(await BusWorld.provisioned(slotMs - 1_500))
    const { bus } = await world.bus.join('flashblock-p2p')
    world.busWaits = () => bus.waits()
    const engine = (await world.bus.join('engine')).bus
    const signer = (await world.bus.join('da-watcher')).bus.own(systemConfig)
    await world.bus.settle(signer.write({ at: l1Ref(1), unsafeBlockSigner: signerAddress }))
    const chain = chainAt({ generation: 1n, version: 1n })
    const unsafe = { ...chain.unsafe, number: number - 1n }
    await world.bus.settle(engine.own(engineChain).write({ ...chain, unsafe }))
    const stop = new AbortController()
    const log = pino({ level: 'silent' })
    const status = { setWait: (wait?: Waiting) => void (world.wait = wait) }
    const context = { bus, clock: world.bus.clock, log, signal: stop.signal, status }
    const running = run(
      {
        ...context,
        status: status as never,
        metrics: createMetrics(world.registry),
        clocks: new BuilderClocks(context.clock, log),
      },
      {
        config: rollupConfig({ l2ChainId: 10n }),
        acceptsUnsigned: false,
        ackMs: 20,
        followedUrls,
        stream: { clients: 0, publish: ({ index }) => void world.published.push(index) },
        evidence: { add: async (pair) => void world.evidence.push(pair) },
        openNetwork: async (events) => world.#network(events),
      },
    )
    const follow = async () => {
      const entries = engine.tail(flashblockReceived, { from: 0n, signal: stop.signal })
      for await (const { value } of entries) world.received.push(value)
    }
    const following = follow()
    world.check = (index, outcome) => {
      const { blockHash } = at(index).diff
      engine.emit(flashblockChecked, {
        payloadId: samplePayloadId,
        index,
        blockHash,
        peer,
        outcome,
      })
    }
    t.after(async () => {
      stop.abort()
      await world.bus.settle(Promise.all([running, following]))
    })
    await world.bus.pass(100)
    return world
  }

  #network(events: BuilderEvents) {
    this.events = events
    return {
      identity: self,
      addresses: [],
      send: () => 0,
      ask: () => [],
      sendTo: (to: string, frame: BuilderFrame) => void this.sent.push({ to, frame }),
      refuse: (id: string) => void this.scores.push(`refuse ${id}`),
      ban: (id: string) => void this.scores.push(`ban ${id}`),
      peers: () =>
        [peer, newer, third].map((id) => ({
          id,
          protocolId: this.connected ? 'native' : undefined,
          inboundStreams: 1,
        })),
      close: async () => undefined,
    }
  }

  /** A flashblock of another builder arrives. */
  async arrives(sent: SentFlashblock, from = sent.builder): Promise<void> {
    this.events?.onFrame(from, { kind: 'flashblock', sent })
    await this.bus.pass(20)
  }

  /** Acknowledgements, as `received 0`, or with the reason of a refusal. */
  get acknowledged(): readonly string[] {
    return this.sent.flatMap(({ frame }) => {
      if (frame.kind !== 'acknowledgement') return []
      const { index, reason, status } = frame.acknowledgement
      return [`${status === 'refused' ? reason : status} ${index}`]
    })
  }

  /** The values of a counter by its only label. */
  async counts(name: string): Promise<Readonly<Record<string, number>>> {
    const metric = await this.registry.getSingleMetric(`atoll_flashblock_p2p_${name}_total`)?.get()
    const values = metric?.values ?? assert.fail(name)
    return Object.fromEntries(
      values.map(({ labels, value }) => [Object.values(labels).join(''), value]),
    )
  }
}

const stranger = testIdentity('stranger').peerId
const [, other = assert.fail()] = flashblocksOf([1, 3])
const { number } = sampleBase

/** Bad flashblocks, and why each is refused. The sequencer has authorized epoch 5. */
const bad: readonly (readonly [reason: string, sent: SentFlashblock])[] = [
  ['unsigned', sentOf(1, { authorization: undefined })],
  ['wrong-signer', sentOf(1, { authorization: { ...signed(), signature: new Uint8Array(65) } })],
  ['wrong-builder', sentOf(1, { authorization: signed({ builder: stranger }) })],
  ['wrong-signature', sentOf(1, { signature: new Uint8Array(64) })],
  ['wrong-block', sentOf(1, { number: number + 1n })],
  ['wrong-chain', sentOf(1, { authorization: signed({ l2ChainId: 11n }) })],
  ['wrong-link', sentOf(1, { previousLink: filledHash(9) })],
  ['expired', sentOf(1, { authorization: signed({ notAfterMs: BigInt(slotMs - 1_501) }) })],
  [
    'from-the-future',
    sentOf(1, {
      authorization: signed({ timestamp: sampleBase.timestamp + 9n, number: number + 4n }),
      number: number + 4n,
    }),
  ],
  ['old-epoch', sentOf(1, { authorization: signed({ epoch: 4n }) })],
]

test('each bad flashblock is refused and counted by its reason, and the right one is handed to the engine', async (t) => {
  const world = await P2pWorld.start(t)
  await world.arrives(sentOf(0))
  for (const [, sent] of bad) await world.arrives(sent)
  assert.deepEqual(world.acknowledged, ['received 0', ...bad.map(([reason]) => `${reason} 1`)])
  const once = Object.fromEntries(bad.map(([reason]) => [reason, 1]))
  assert.deepEqual(await world.counts('refused'), once)
  await world.arrives(sentOf(1))
  assert.deepEqual(
    world.received.map(({ flashblock }) => flashblock.index),
    [0, 1],
  )
  assert.deepEqual(world.published, [])
})

test('a leader that was replaced and sends on is refused by its epoch, and nothing of it is public', async (t) => {
  const world = await P2pWorld.start(t)
  await world.arrives(sentOf(0))
  await world.arrives(sentOf(1, { authorization: signed({ epoch: 9n, builder: newer }) }))
  world.check(1, { kind: 'executed' })
  await world.bus.pass(20)
  await world.arrives(sentOf(2))
  await world.arrives(sentOf(1, { flashblock: other }))
  assert.deepEqual(await world.counts('refused'), { 'old-epoch': 2 })
  assert.deepEqual([world.received.length, world.published], [2, [0, 1]])
})

test('a flashblock that the engine refuses costs its sender the connection; two of one index cost it all connections', async (t) => {
  const world = await P2pWorld.start(t)
  await world.arrives(sentOf(0))
  world.check(0, { kind: 'refused', reason: 'wrong-block-hash' })
  await world.bus.pass(20)
  assert.deepEqual(world.scores, [`refuse ${peer}`])
  await world.arrives(sentOf(0))
  await world.arrives(sentOf(0, { flashblock: otherAt0 }))
  assert.deepEqual(world.scores, [`refuse ${peer}`, `ban ${peer}`])
  assert.equal(world.evidence.length, 1)
  assert.deepEqual(await world.counts('equivocations'), { '': 1 })
})

test('while the bus is away, flashblocks are taken, and acknowledged only when they are on the log', async (t) => {
  const world = await P2pWorld.start(t)
  world.bus.server.stop()
  await world.arrives(sentOf(0))
  await world.arrives(sentOf(1))
  await world.bus.pass(2_000)
  assert.deepEqual([world.acknowledged, world.received], [[], []])
  assert.deepEqual(
    world.busWaits().map(({ what }) => what),
    [`the store to accept ${flashblockReceived.name}`],
  )
  world.bus.server.start()
  await world.bus.pass(5_000)
  assert.deepEqual(world.acknowledged, ['received 0', 'received 1'])
  assert.equal(world.received.length, 2)
  assert.deepEqual(world.busWaits(), [])
})

test('a builder without another one waits for one, since its flashblocks would be lost with it', async (t) => {
  const world = await P2pWorld.start(t)
  assert.equal(world.wait, undefined)
  world.connected = false
  await world.bus.pass(1_000)
  assert.match(waitText(world.wait ?? assert.fail()), /one of 3 other builders/)
  world.connected = true
  await world.bus.pass(1_000)
  assert.equal(world.wait, undefined)
})

test('flashblocks of a followed stream reach the engine; while no stream is connected, the status says why', async (t) => {
  let isFull = true
  const url = await serveWebSockets(t, (socket) => {
    if (isFull) return socket.close(1013, 'too many subscribers')
    for (const index of [0, 1]) socket.send(streamText(at(index)))
  })
  const world = await P2pWorld.start(t, [`${url}/ws?key=a-secret-key`])
  const text = () => waitText(world.wait ?? { what: '', why: '', next: '' })
  const until = async (holds: () => boolean) => {
    for (let tries = 0; !holds() && tries < 1_000; tries++) {
      await setTimeout(5)
      await world.bus.pass(20)
    }
  }
  await until(() => text().includes('1013'))
  assert.match(text(), /^flashblocks of a stream: .*1013: too many subscribers/)
  isFull = false
  await until(() => world.received.length === 2)
  assert.deepEqual(
    world.received.map(({ flashblock, peer: from }) => [flashblock.index, from]),
    [0, 1].map((index) => [index, url]),
  )
  await world.bus.pass(1_000)
  assert.equal(world.wait, undefined)
  const counts = await world.counts('followed_streams')
  assert.equal(counts['connected'], (counts['disconnected'] ?? 0) + 1)
})
