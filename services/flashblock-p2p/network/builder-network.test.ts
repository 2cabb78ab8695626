import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import type { BuilderFrame, SentFlashblock } from '#messages/builder-frame.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { fromHex, toAddress } from '#protocol/codec/hex.ts'
import { toPayload } from '#protocol/flashblock/assembly.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import { type BuiltPayload, parseBuiltPayload } from '#json-rpc/forms/built-payload-json.ts'
import { createBuilderKey } from '#libp2p/builder-key.ts'
import type { PeerEvent } from '#libp2p/peer-events.ts'
import { openPeerStreams } from '#libp2p/peer-streams.ts'
import { systemClock } from '#runtime/clock.ts'
import { builderHost } from '#test/fakes/builder-peers.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { filledHash, flashblocksOf, sampleBase } from '#test/fakes/flashblocks.ts'
import { type BuilderNetwork, compatProtocol, openBuilderNetwork } from './builder-network.ts'

const flashblocks = flashblocksOf([0, 0])
const [first] = flashblocks
if (first === undefined) throw new Error('no sample')
const sent: SentFlashblock = {
  number: sampleBase.number,
  flashblock: first,
  previousLink: sampleBase.parentHash,
  authorization: undefined,
  builder: 'a builder',
  signature: new Uint8Array(64),
}

interface Place {
  readonly key: Uint8Array
  readonly id: string
  readonly port: number
  readonly address: string
}

async function newPlace(): Promise<Place> {
  const { hex, peerId: id } = await createBuilderKey()
  const port = await freeTcpPort()
  return { key: fromHex(`0x${hex}`), id, port, address: `/ip4/127.0.0.1/tcp/${port}/p2p/${id}` }
}

interface Opening {
  readonly place: Place
  readonly others: readonly Place[]
  readonly l2ChainId?: bigint
}

/** A builder that notes what it receives. */
class Builder {
  readonly frames: { readonly peer: string; readonly frame: BuilderFrame }[] = []
  readonly blocks: BuiltPayload[] = []
  readonly events: PeerEvent[] = []
  network: BuilderNetwork | undefined

  async open(t: TestContext, { others, place, l2ChainId = 10n }: Opening): Promise<void> {
    const network = await openBuilderNetwork({
      l2ChainId,
      key: place.key,
      listenIp: '127.0.0.1',
      listenTcp: place.port,
      knownPeers: others.map(({ address, id }) => ({ id, addresses: [address] })),
      intervalMs: 250,
      clock: systemClock,
      onFrame: (peer, frame) => void this.frames.push({ peer, frame }),
      onBlock: (_, built) => void this.blocks.push(built),
      onPeer: (_, event) => void this.events.push(event),
      onCount: () => undefined,
    })
    this.network = network
    t.after(() => network.close())
  }

  get isConnected(): boolean {
    return this.network?.peers().some(({ protocolId }) => protocolId !== undefined) ?? false
  }

  get flashblocks(): readonly SentFlashblock[] {
    return this.frames.flatMap(({ frame }) => (frame.kind === 'flashblock' ? [frame.sent] : []))
  }
}

async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 30_000
  while (!holds()) {
    assert.ok(performance.now() < endMs, `not within thirty seconds: ${holds.toString()}`)
    await sleep(10)
  }
}

test('builders of Atoll exchange frames, and ask for the newest block when they connect', async (t) => {
  const [a, b] = [new Builder(), new Builder()]
  const places = [await newPlace(), await newPlace()] as const
  await a.open(t, { place: places[0], others: [places[1]] })
  await b.open(t, { place: places[1], others: [places[0]] })
  await until(() => a.isConnected && b.isConnected)
  assert.equal(a.network?.send(sent, flashblocks.slice(0, 1)), 1)
  await until(() => b.flashblocks.length > 0)
  assert.deepEqual(b.flashblocks, [
    { ...sent, flashblock: { ...first, diff: { ...first.diff, postExecTransaction: undefined } } },
  ])
  await until(() => a.frames.length > 0)
  assert.deepEqual(a.frames[0]?.frame, {
    kind: 'request',
    payloadId: undefined,
    fromIndex: 0,
    id: 0,
    leader: undefined,
  })
  assert.equal(a.frames[0]?.peer, places[1].id)
})

test('a builder of another chain is refused', async (t) => {
  const [a, b] = [new Builder(), new Builder()]
  const places = [await newPlace(), await newPlace()] as const
  await a.open(t, { place: places[0], others: [places[1]] })
  await b.open(t, { place: places[1], others: [places[0]], l2ChainId: 11n })
  const isRefused = ({ events }: Builder) =>
    events.some((event) => event.kind === 'disconnected' && event.reason === 'malformed')
  await until(() => isRefused(a) || isRefused(b))
})

test("a builder that speaks op-rbuilder's protocol only gets whole blocks, and its messages are read", async (t) => {
  const atoll = new Builder()
  const place = await newPlace()
  const other = await builderHost(t)
  const address = other.getMultiaddrs()[0]?.toString() ?? assert.fail()
  const id = other.peerId.toString()
  const lines: string[] = []
  const streams = await openPeerStreams({
    host: other,
    protocols: [compatProtocol],
    knownPeers: [{ id: place.id, addresses: [place.address] }],
    clock: systemClock,
    intervalMs: 250,
    onCount: () => undefined,
    onPeer: () => undefined,
    onMessage: (_, __, message) => void lines.push(Buffer.from(message).toString()),
  })
  t.after(() => streams.close())
  await atoll.open(t, { place, others: [{ ...place, id, address }] })
  await until(() => atoll.isConnected && (streams.peers()[0]?.protocolId ?? '') !== '')
  const deposit = encodeDeposit({
    sourceHash: filledHash(1),
    from: toAddress(new Uint8Array(20).fill(2)),
    to: undefined,
    mint: 0n,
    value: 0n,
    gas: 21_000n,
    isSystemTransaction: false,
    data: new Uint8Array(4),
  })
  const unhashed = { ...first.diff, transactions: [deposit] }
  const blockHash = hashPayload(toPayload(sampleBase, unhashed, [deposit]))
  const flashblock = { ...first, diff: { ...unhashed, blockHash } }
  // This protocol has no acknowledgements.
  assert.equal(atoll.network?.send({ ...sent, flashblock }, [flashblock]), 0)
  await until(() => lines.length > 0)
  const { payload } = parseBuiltPayload(JSON.parse(lines[0] ?? ''))
  assert.equal(payload.blockHash, blockHash)
  // The answer of the other builder: the same message.
  streams.send(() => Buffer.from(lines[0] ?? ''))
  await until(() => atoll.blocks.length > 0)
  assert.deepEqual(atoll.blocks[0]?.payload, payload)
  // A block that op-rbuilder cannot read is not sent to it.
  atoll.network.send(sent, flashblocks.slice(0, 1))
  streams.send(() => Buffer.from('not JSON'))
  await until(() => !atoll.isConnected)
  assert.equal(lines.length, 1)
})
