import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { blockOf, type Replica, RpcWorld } from '#test/fakes/rpc-world.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { openSocket } from '#test/fakes/web-socket-client.ts'
import { hash } from '#test/fakes/values.ts'
import { HeadFeed, maxMissedBlocks, replicaDelayMs } from './head-feed.ts'
import { parseSequence, sequenceOf } from './sequence.ts'

interface Notification {
  readonly method: string
  readonly params: {
    readonly subscription: string
    readonly result: { readonly number: number; readonly hash: string }
    readonly sequence: string
  }
}

/** A client that is subscribed at a replica. */
async function subscribed(
  t: TestContext,
  { world, replica }: { readonly world: RpcWorld; readonly replica: Replica },
  {
    method = 'ws_subscribe_unsafe_head',
    params = [],
  }: { readonly method?: string; readonly params?: readonly unknown[] } = {},
) {
  const socket = await world.settle(openSocket(t, replica.servers.url.replace('http', 'ws')))
  const answer = await world.settle(socket.ask(method, params))
  const next = () => world.settle(socket.next()) as unknown as Promise<Notification>
  const numbers = async (count: number) => {
    const seen: number[] = []
    while (seen.length < count) seen.push((await next()).params.result.number)
    await world.pass(20)
    assert.deepEqual(socket.messages, [])
    return seen
  }
  return { socket, answer, next, numbers }
}

/** A world whose unsafe head has this number. */
async function worldAt(t: TestContext, number: number) {
  const { world, replica } = await RpcWorld.started(t)
  world.extend(0, number)
  await world.writeChain({ unsafe: blockOf(number) })
  const move = async (to: number, branch = 0) => {
    world.extend(branch === 0 ? 0 : to - 1, to, branch)
    await world.writeChain({ unsafe: blockOf(to, branch) })
  }
  return { world, replica, move }
}

test('each new head is sent in the form of kona-node, with a sequence', async (t) => {
  const { world, replica, move } = await worldAt(t, 5)
  const client = await subscribed(t, { world, replica })
  await move(6)
  const { method, params } = await client.next()
  assert.equal(method, 'ws_subscribe_unsafe_head')
  assert.equal(params.subscription, client.answer.result)
  const { l1origin, ...ref } = params.result as unknown as Record<string, unknown>
  assert.ok(l1origin)
  assert.deepEqual(ref, {
    hash: hash(6),
    number: 6,
    parentHash: hash(5),
    timestamp: 12,
    sequenceNumber: 3,
  })
  assert.equal(params.sequence, `6-${hash(6)}`)
})

test('a subscription in the form of eth_subscribe has its own notification method, and can be ended', async (t) => {
  const { world, replica, move } = await worldAt(t, 5)
  const client = await subscribed(
    t,
    { world, replica },
    {
      method: 'optimism_subscribe',
      params: ['unsafeHead'],
    },
  )
  await move(6)
  assert.equal((await client.next()).method, 'optimism_subscription')
  const ended = await world.settle(
    client.socket.ask('optimism_unsubscribe', [client.answer.result]),
  )
  assert.equal(ended.result, true)
  await move(7)
  assert.deepEqual(client.socket.messages, [])
  const wrong = await world.settle(client.socket.ask('optimism_subscribe', ['heads']))
  assert.match(
    JSON.stringify(wrong.error),
    /-32602.*want one of unsafeHead, safeHead, finalizedHead/,
  )
})

test('no block is missing when the head jumps, and a reorg is sent from its first block', async (t) => {
  const { world, replica, move } = await worldAt(t, 5)
  const client = await subscribed(t, { world, replica })
  await move(6)
  await move(9)
  assert.deepEqual(await client.numbers(4), [6, 7, 8, 9])
  // Two new blocks replace 8 and 9.
  for (const number of [8, 9]) world.extend(number, number, 1)
  const first = world.blocks.get(blockOf(8, 1).hash)
  assert.ok(first)
  world.blocks.set(first.ref.hash, { ...first, ref: { ...first.ref, parentHash: hash(7) } })
  await world.writeChain({ unsafe: blockOf(9, 1) })
  assert.deepEqual(await client.numbers(2), [8, 9])
})

test('a client continues on another replica after its last sequence, without a gap or a repeat', async (t) => {
  const { world, replica, move } = await worldAt(t, 5)
  const other = await world.replica(t)
  const client = await subscribed(t, { world, replica })
  await move(6)
  const { sequence } = (await client.next()).params
  await replica.stop()
  for (const to of [7, 8, 10]) await move(to)
  const again = await subscribed(t, { world, replica: other }, { params: [{ after: sequence }] })
  await move(11)
  assert.deepEqual(await again.numbers(5), [7, 8, 9, 10, 11])
  const upToDate = await subscribed(
    t,
    { world, replica: other },
    { params: [{ after: sequenceOf(blockOf(11)) }] },
  )
  await move(12)
  assert.deepEqual(await upToDate.numbers(1), [12])
})

/** A feed of a chain in which block N has hash N, and the number of blocks that the feed fetched. */
function feedOf() {
  const clock = new VirtualClock(0)
  const fetched = { count: 0 }
  const feed = new HeadFeed({
    clock,
    hasEachBlock: true,
    calls: {
      l2Block: async ({ block }) => {
        fetched.count++
        const number = block.kind === 'hash' ? Number(block.hash) : 0
        const [ref, part] = [blockOf(number), { kind: 'ref' } as const]
        return { generation: 1n, kind: 'found', ref, part }
      },
    },
    log: { warn: () => undefined },
    onNotify: () => undefined,
  })
  return { clock, feed, fetched }
}

test('a client can continue after a block of the chain, up to a limit of missed blocks', async () => {
  const { clock, feed, fetched } = feedOf()
  const head = maxMissedBlocks + 10
  await assert.rejects(feed.since(blockOf(1)), /the head is not known yet/)
  await feed.announce(blockOf(head))
  const missed = await feed.since(blockOf(10))
  assert.deepEqual([missed.length, missed[0]?.number], [maxMissedBlocks, 11n])
  fetched.count = 0
  await assert.rejects(feed.since(blockOf(9)), /1001 blocks below the head, but at most 1000/)
  assert.equal(fetched.count, 0)
  await assert.rejects(feed.since(blockOf(head - 3, 1)), /is not on the chain/)
  const beyond = assert.rejects(feed.since(blockOf(head + 1)), /is not on the chain/)
  await clock.run(replicaDelayMs, () => false)
  await beyond
})

test('a client that has seen a higher head at another replica waits until this replica has that head', async () => {
  const { clock, feed } = feedOf()
  await feed.announce(blockOf(20))
  const missed = feed.since(blockOf(21))
  await clock.run(replicaDelayMs / 2, () => false)
  await feed.announce(blockOf(21))
  assert.deepEqual(await missed, [])
  const next = feed.since(blockOf(22))
  await feed.announce(blockOf(23))
  assert.deepEqual(
    (await next).map(({ number }) => number),
    [23n],
  )
})

test('blocks that clients have seen are not fetched again', async () => {
  const { feed, fetched } = feedOf()
  await feed.announce(blockOf(20))
  feed.subscribe(() => undefined, { missed: [] })
  await feed.announce(blockOf(30))
  assert.equal(fetched.count, 9)
  assert.equal((await feed.since(blockOf(22))).length, 8)
  assert.equal(fetched.count, 9)
})

test('a malformed sequence is refused', async (t) => {
  const { world, replica } = await worldAt(t, 5)
  for (const param of [{ after: '12' }, { after: 12 }, {}, { after: `1-${hash(1).slice(1)}` }]) {
    const { answer } = await subscribed(t, { world, replica }, { params: [param] })
    assert.match(JSON.stringify(answer.error), /-32602.*sequence/i)
  }
})

test('a client that continues a subscription to the safe head gets only the newest of the safe heads that it missed', async (t) => {
  const { world, replica } = await worldAt(t, 9)
  await world.writeChain({ safe: blockOf(3) })
  const method = 'ws_subscribe_safe_head'
  const client = await subscribed(t, { world, replica }, { method })
  await world.writeChain({ safe: blockOf(6) })
  const { sequence } = (await client.next()).params
  await world.writeChain({ safe: blockOf(8) })
  assert.equal((await client.next()).params.result.number, 8)
  const again = await subscribed(t, { world, replica }, { method, params: [{ after: sequence }] })
  assert.deepEqual(await again.numbers(1), [8])
})

test('over HTTP there are no subscriptions', async (t) => {
  const { world, replica } = await worldAt(t, 5)
  const text = await world.ask(replica.servers.url, 'ws_subscribe_unsafe_head')
  assert.match(text, /-32601.*notifications not supported/)
})

test('parsing a sequence yields the block that it names', () => {
  const block = { number: 123n, hash: hash(7) }
  assert.deepEqual(parseSequence(sequenceOf(block)), block)
})
