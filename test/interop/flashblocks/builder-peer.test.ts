import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { toHex } from '#protocol/codec/hex.ts'
import { intervalMs } from '#test/interop/atoll-builder.ts'
import {
  BuilderPair,
  lineOf,
  newPlaces,
  nextNumber,
  payloadIdOf,
  startAtoll,
  startPeer,
  untilReceived,
} from './builder-pair.ts'
import { type MadeBlock, whyNoBuilderPeer } from './builder-peer.ts'
import { sampleBlock } from './sample-blocks.ts'
import { pause, until } from '#test/interop/until.ts'

// A builder of Atoll, and builders of go-libp2p that speak the protocol of op-rbuilder without any code of Atoll.

const skip = whyNoBuilderPeer() ?? false

/** Time within which both sides must have one connection again. */
const repairMs = 5_000

interface MessageVector {
  readonly line: string
  readonly blockHash: string
  readonly payloadId: string
  readonly number: string
  readonly transactions: readonly string[]
}

const vectorFile = new URL('../../vectors/p2p/op-rbuilder-message.json', import.meta.url)
const vector = JSON.parse(readFileSync(vectorFile, 'utf8')) as MessageVector

test(
  'each message of Atoll has the whole block so far, with hashes that another program computes',
  { skip },
  async (t) => {
    const { atoll, peer } = await BuilderPair.linked(t)
    const sizes: number[] = []
    for (let count = 0; count < 3; count++) {
      const { flashblocks, hashes, number } = sampleBlock(nextNumber(), { flashblocks: 5 })
      for (const flashblock of flashblocks) {
        const { diff, index, payloadId } = flashblock
        await atoll.build(flashblock, number)
        const line = await lineOf(peer, diff.blockHash)
        sizes.push(line.bytes)
        const { number: lineNumber, payloadId: linePayloadId, transactions } = line
        assert.deepEqual(
          [linePayloadId, BigInt(lineNumber), transactions],
          [payloadId, number, hashes[index]],
        )
      }
    }
    assert.equal(peer.lines.length, 15)
    assert.equal(peer.count('malformed'), 0)
    assert.equal(peer.count('wrote-back'), 0)
    t.diagnostic(`15 messages of ${Math.min(...sizes)} to ${Math.max(...sizes)} bytes`)
  },
)

test("op-rbuilder's messages arrive, wherever their chunks end", { skip }, async (t) => {
  const { atoll, peer } = await BuilderPair.linked(t)
  assert.equal(await peer.send({ text: `${vector.line}\n` }), undefined)
  await untilReceived(atoll, vector.blockHash)
  const number = nextNumber()
  const plan = { payloadId: payloadIdOf(number), number, note: 'naïve 🏝' }
  const made: MadeBlock[] = []
  for (const transactions of [0, 1, 3, 7]) made.push(await peer.make({ ...plan, transactions }))
  const [first, second, third, fourth] = made
  assert.ok(first && second && third && fourth)
  const insideIsland = Buffer.from(first.line).indexOf('🏝') + 2
  const ends = Buffer.byteLength(first.line)
  const cuts = [1, 2, 40, insideIsland, ends, ends + 1]
  await peer.send({ text: `${first.line}\r\n`, cuts, pauseMs: 20 })
  await untilReceived(atoll, first.blockHash)
  // Two messages in one chunk, and the begin of a third one.
  const text = `${second.line}\n${third.line}\n${fourth.line}\n`
  const afterTwo = Buffer.byteLength(`${second.line}\n${third.line}\n`)
  await peer.send({ text, cuts: [afterTwo + 25], pauseMs: 50 })
  await untilReceived(atoll, fourth.blockHash)
  // The same messages again have no effect.
  await peer.send({ text })
  await untilLargeReceived(peer, atoll)
  const got = atoll.received.map(({ flashblock: { diff, index, payloadId }, number: block }) => ({
    payloadId,
    index,
    number: block,
    blockHash: diff.blockHash,
    added: diff.transactions.length,
  }))
  const blockOf = (index: number, added: number) => {
    const { blockHash } = made[index] ?? assert.fail()
    return { payloadId: plan.payloadId, index, number: BigInt(number), blockHash, added }
  }
  const { blockHash, payloadId } = vector
  assert.deepEqual(got.slice(0, -1), [
    { payloadId, index: 0, number: BigInt(vector.number), blockHash, added: 1 },
    blockOf(0, 1),
    blockOf(1, 1),
    blockOf(2, 2),
    blockOf(3, 4),
  ])
  const raws = atoll.received[0]?.flashblock.diff.transactions.map(toHex)
  assert.deepEqual(raws, vector.transactions)
  assert.equal(atoll.events.filter(({ event }) => event.kind === 'disconnected').length, 0)
})

/** Sends a line of ten megabytes, and waits until it has arrived. */
async function untilLargeReceived(
  peer: BuilderPair['peer'],
  atoll: BuilderPair['atoll'],
): Promise<void> {
  const number = nextNumber()
  const size = { transactions: 20, inputBytes: 2 ** 18 }
  const large = await peer.make({ payloadId: payloadIdOf(number), number, ...size })
  assert.ok(large.line.length > 10_000_000)
  await peer.send({ text: `${large.line}\n` })
  await untilReceived(atoll, large.blockHash)
}

for (const lower of ['atoll', 'peer'] as const)
  test(
    `after a second connection, one remains, with a stream in each direction, if ${lower} has the lower id`,
    { skip },
    async (t) => {
      const pair = await BuilderPair.linked(t, lower)
      const { atoll, peer, places } = pair
      await pair.exchange()
      const times: number[] = []
      for (let count = 1; count <= 3; count++) {
        await peer.duplicate(places.atoll.address)
        const noticed = { withinMs: 2_000, everyMs: 5, explain: () => 'not noticed' }
        await until('the duplicate', noticed, async () => atoll.count('duplicate') >= count)
        times.push(await pair.untilLinked(repairMs))
        await pair.exchange()
      }
      assert.equal(
        atoll.endsOf(places.peer.id).filter(({ reason }) => reason === 'duplicate').length,
        3,
      )
      t.diagnostic(`one connection again after ${times.join(', ')} ms`)
    },
  )

test(
  'if both dial at once, one connection remains, with a stream in each direction',
  { skip },
  async (t) => {
    const times: number[] = []
    let [rounds, duplicates] = [0, 0]
    for (; rounds < 12 && duplicates < 3; rounds++) {
      const [lower, higher] = await newPlaces(2)
      assert.ok(lower && higher)
      const peer = await startPeer(t, higher)
      const dialing = peer.dial(lower.address)
      const atoll = await startAtoll(t, lower, [higher])
      const pair = new BuilderPair(atoll, peer, { atoll: lower, peer: higher })
      times.push(await pair.untilLinked(repairMs))
      await dialing
      await pause(300)
      times.push(await pair.untilLinked(repairMs))
      await pair.exchange()
      duplicates += atoll.count('duplicate')
      await peer.stop()
      await atoll.stop()
    }
    assert.ok(duplicates > 0)
    t.diagnostic(
      `${duplicates} of ${rounds} were duplicates; one connection after ${times.join(', ')} ms`,
    )
  },
)

test(
  'a duplicate that the peer closes at once leaves Atoll neither deaf nor mute',
  { skip },
  async (t) => {
    const pair = await BuilderPair.linked(t)
    const { atoll, peer, places } = pair
    const times: number[] = []
    let closed = 0
    for (const which of ['newest', 'oldest', 'newest', 'oldest', 'newest', 'oldest'] as const) {
      if ((await peer.duplicate(places.atoll.address, which)) === undefined) closed++
      // If Atoll did not notice the duplicate, the peer's stream is missing for five seconds at first.
      times.push(await pair.untilLinked(2 * repairMs))
      await pair.exchange()
    }
    assert.ok(closed > 0)
    t.diagnostic(
      `${closed} of 6 closed by the peer, ${atoll.count('duplicate')} noticed; one connection after ${times.join(', ')} ms`,
    )
  },
)

test(
  'a peer that drops its stream, but not its connection, is connected again',
  { skip },
  async (t) => {
    const pair = await BuilderPair.linked(t)
    const { atoll, peer, places } = pair
    await peer.drop()
    assert.equal((await peer.state()).held, 0)
    const repairedMs = await pair.untilLinked(2 * repairMs)
    assert.deepEqual(
      atoll.endsOf(places.peer.id).map(({ reason }) => reason),
      ['no-inbound-stream'],
    )
    await pair.exchange()
    t.diagnostic(`after ${repairedMs} ms`)
  },
)

test(
  'a peer that stops reading delays no other peer, and gets the newest message when it reads again',
  { skip },
  async (t) => {
    const [place, ...others] = await newPlaces(3)
    const [reads, stalls] = others
    assert.ok(place && reads && stalls)
    const [reader, staller] = [await startPeer(t, reads), await startPeer(t, stalls)]
    const atoll = await startAtoll(t, place, others)
    const readerPair = new BuilderPair(atoll, reader, { atoll: place, peer: reads })
    const stallerPair = new BuilderPair(atoll, staller, { atoll: place, peer: stalls })
    await readerPair.untilLinked(repairMs)
    await stallerPair.untilLinked(repairMs)
    const size = { flashblocks: 6, transactions: 20, inputBytes: 6_000 }
    /** Builds a block in its time. @returns the longest time until the reader had a message, and the last hash */
    const build = async () => {
      const { flashblocks, number } = sampleBlock(nextNumber(), size)
      const delays: number[] = []
      let last = ''
      for (const flashblock of flashblocks) {
        last = flashblock.diff.blockHash
        const sentMs = await atoll.build(flashblock, number)
        await pause(intervalMs)
        delays.push((await lineOf(reader, last)).readMs - sentMs)
      }
      return { delayMs: Math.round(Math.max(...delays)), last }
    }
    const usual = await build()
    await lineOf(staller, usual.last)
    const [replaced, before] = [atoll.count('replaced'), staller.lines.length]
    await staller.reading('stall')
    const stalled = await build()
    assert.ok(stalled.delayMs <= intervalMs, `${stalled.delayMs} ms`)
    assert.ok(atoll.count('replaced') > replaced)
    await staller.reading('resume')
    await lineOf(staller, stalled.last)
    const got = staller.lines.length - before
    assert.deepEqual(atoll.endsOf(stalls.id), [])
    // If it never reads, its connection is closed, and the reader still gets everything in time.
    await staller.reading('stall')
    const worst = []
    for (let count = 0; count < 2; count++) worst.push((await build()).delayMs)
    const given = { withinMs: repairMs, explain: () => JSON.stringify(atoll.events) }
    await until('the end', given, async () => atoll.endsOf(stalls.id).length === 1)
    assert.equal(atoll.endsOf(stalls.id)[0]?.reason, 'stalled')
    assert.ok(Math.max(...worst) <= intervalMs, `${Math.max(...worst)} ms`)
    await staller.reading('resume')
    await stallerPair.untilLinked(repairMs)
    await stallerPair.exchange()
    assert.deepEqual(atoll.endsOf(reads.id), [])
    t.diagnostic(
      `longest delay: ${usual.delayMs} ms; beside a stalled peer, ${stalled.delayMs}, ${worst.join(', ')} ms; after a second and a half, the stalled peer got ${got} of 6 messages`,
    )
  },
)

for (const { detail, text, times, what } of [
  { what: 'that is not JSON', text: '{"OpBuiltPayload":\n', times: 1, detail: /not JSON/ },
  { what: 'of another form', text: '{"Other":{}}\n', times: 1, detail: /OpBuiltPayload/ },
  { what: 'above the limit', text: 'x', times: 17 * 2 ** 20, detail: /longer than 16777216 bytes/ },
])
  test(
    `a line ${what} ends the connection with a reason, and it comes back after a pause`,
    { skip },
    async (t) => {
      const pair = await BuilderPair.linked(t)
      const { atoll, peer, places } = pair
      await pair.exchange()
      // The connection may end before all is written.
      await peer.send({ text, times })
      const given = { withinMs: repairMs, everyMs: 5, explain: () => JSON.stringify(atoll.events) }
      await until('the end', given, async () => atoll.endsOf(places.peer.id).length === 1)
      const [end] = atoll.endsOf(places.peer.id)
      assert.equal(end?.reason, 'malformed')
      assert.match(end.detail, detail)
      const pausedMs = await pair.untilLinked(repairMs)
      assert.ok(pausedMs >= 300, `${pausedMs} ms`)
      await pair.exchange()
      t.diagnostic(`${end.detail}; back after ${pausedMs} ms`)
    },
  )

test(
  'messages flow each time after the other builder was restarted ten times',
  { skip },
  async (t) => {
    const pair = await BuilderPair.linked(t)
    const times: number[] = []
    for (let count = 0; count < 10; count++) {
      await pair.peer.stop(count % 2 === 0 ? 'kill' : 'input')
      pair.peer = await startPeer(t, pair.places.peer)
      // At its start, op-rbuilder dials the peers that it knows. In the first rounds, it does not know Atoll.
      if (count > 2) await pair.peer.dial(pair.places.atoll.address)
      times.push(await pair.untilLinked(repairMs))
      await pair.exchange()
    }
    t.diagnostic(`one connection again after ${times.join(', ')} ms`)
  },
)
