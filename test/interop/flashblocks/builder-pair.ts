import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { fromHex } from '#protocol/codec/hex.ts'
import { createBuilderKey } from '#libp2p/builder-key.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { AtollBuilder } from '#test/interop/atoll-builder.ts'
import { buildBuilderPeer, BuilderPeer, type PeerLine, type PeerPlace } from './builder-peer.ts'
import { sampleBlock } from './sample-blocks.ts'
import { until } from '#test/interop/until.ts'

/** A builder's key, port and peer id, before it is started. */
export interface Place extends PeerPlace {
  readonly id: string
  readonly address: string
}

async function newPlace(): Promise<Place> {
  const { hex, peerId: id } = await createBuilderKey()
  const port = await freeTcpPort()
  return { key: fromHex(`0x${hex}`), id, port, address: `/ip4/127.0.0.1/tcp/${port}/p2p/${id}` }
}

/** Places in the order of their peer ids: of two builders of Atoll, the first one dials. */
export async function newPlaces(count: number): Promise<readonly Place[]> {
  const places = await Promise.all(Array.from({ length: count }, () => newPlace()))
  return places.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

/** Starts the program until the end of the test. */
export async function startPeer(t: TestContext, place: Place): Promise<BuilderPeer> {
  const peer = await BuilderPeer.start(await buildBuilderPeer(), place)
  t.after(() => peer.stop())
  return peer
}

/** Starts a builder of Atoll that knows the others, until the end of the test. */
export async function startAtoll(
  t: TestContext,
  place: Place,
  others: readonly Place[],
): Promise<AtollBuilder> {
  const known = others.map(({ address, id }) => ({ id, addresses: [address] }))
  const atoll = await AtollBuilder.start(place, known)
  t.after(() => atoll.stop())
  return atoll
}

let blocks = 1_000

/** The number of a block that no test has used. */
export const nextNumber = (): number => ++blocks

/** The payload id that a builder gives to the block of this number. */
export const payloadIdOf = (number: number): string =>
  `0x04${number.toString(16).padStart(14, '0')}`

/** A builder of Atoll and one that does not share its code. */
export class BuilderPair {
  readonly atoll: AtollBuilder
  readonly places: { readonly atoll: Place; readonly peer: Place }
  peer: BuilderPeer

  constructor(atoll: AtollBuilder, peer: BuilderPeer, places: BuilderPair['places']) {
    this.atoll = atoll
    this.peer = peer
    this.places = places
  }

  /** Starts both and waits until they are connected. @param lower which of them has the lower peer id */
  static async linked(t: TestContext, lower: 'atoll' | 'peer' = 'atoll'): Promise<BuilderPair> {
    const [first, second] = await newPlaces(2)
    assert.ok(first && second)
    const places =
      lower === 'atoll' ? { atoll: first, peer: second } : { atoll: second, peer: first }
    const peer = await startPeer(t, places.peer)
    const pair = new BuilderPair(await startAtoll(t, places.atoll, [places.peer]), peer, places)
    await pair.untilLinked(10_000)
    return pair
  }

  /**
   * Waits until there is one connection with one stream in each direction, as both see it.
   *
   * @returns after how many milliseconds
   */
  async untilLinked(withinMs: number): Promise<number> {
    const fromMs = performance.now()
    const { atoll, peer, places } = this
    const explain = async () =>
      JSON.stringify([
        await peer.state(),
        peer.reports.slice(-20),
        atoll.peer(places.peer.id),
        atoll.events.slice(-20),
      ])
    await until('a link', { withinMs, everyMs: 10, explain }, async () => {
      if (!atoll.isLinkedTo(places.peer.id)) return false
      const { connections, held, inbound } = await peer.state()
      return connections === 1 && held === 1 && inbound === 1
    })
    return Math.round(performance.now() - fromMs)
  }

  /** Sends a block in each direction, and checks that it arrives. */
  async exchange(): Promise<void> {
    const { atoll, peer } = this
    const number = nextNumber()
    const { flashblocks } = sampleBlock(number, { flashblocks: 1 })
    const [flashblock] = flashblocks
    assert.ok(flashblock)
    await atoll.build(flashblock, BigInt(number))
    const line = await lineOf(peer, flashblock.diff.blockHash)
    assert.equal(line.payloadId, flashblock.payloadId)
    const made = await peer.make({ payloadId: payloadIdOf(number), number, transactions: 2 })
    assert.equal(await peer.send({ text: `${made.line}\n` }), undefined)
    await untilReceived(atoll, made.blockHash)
    assert.equal(peer.count('wrote-back'), 0)
    assert.equal(peer.count('malformed'), 0)
  }
}

/** Waits for the line of a block, for five seconds at most. */
export async function lineOf(peer: BuilderPeer, blockHash: string): Promise<PeerLine> {
  const find = () => peer.lines.find((line) => line.blockHash === blockHash)
  const explain = () => JSON.stringify(peer.reports.slice(-20))
  await until(`line of ${blockHash}`, { withinMs: 5_000, everyMs: 5, explain }, async () => {
    return find() !== undefined
  })
  return find() ?? assert.fail()
}

/** Waits until the engine of Atoll got a flashblock, for five seconds at most. */
export async function untilReceived(atoll: AtollBuilder, blockHash: string): Promise<void> {
  const explain = () => JSON.stringify(atoll.events.slice(-20))
  await until(`block ${blockHash}`, { withinMs: 5_000, everyMs: 5, explain }, async () =>
    atoll.received.some(({ flashblock }) => flashblock.diff.blockHash === blockHash),
  )
}
