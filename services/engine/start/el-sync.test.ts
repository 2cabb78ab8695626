import assert from 'node:assert/strict'
import { test } from 'node:test'
import { payloadReceived, reset } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcCall } from '#json-rpc/json-rpc-client.ts'
import { EngineWorld } from '#test/fakes/engine-world.ts'

/** A world in EL sync, where the safe head is ten blocks below the synced head. */
async function elWorld(changes: Partial<RollupConfig> = {}): Promise<EngineWorld> {
  const world = await EngineWorld.of('fork-holocene', changes)
  world.sync = { mode: 'el', safeOffsetSeconds: 20n }
  return world
}

function blockAt({ record }: EngineWorld, number: number): Payload {
  return record.l2[number]?.block ?? assert.fail()
}

/** Gives the client the blocks up to a number, as its peers would. */
async function fetchTo(world: EngineWorld, number: number): Promise<void> {
  const { client, record } = world
  const blocks = record.l2.slice(1, number + 1).map(({ block }) => block)
  await client.fetch(record.config, blocks)
}

async function gossip({ bus, gossip }: EngineWorld, payload: Payload): Promise<void> {
  await bus.settle(gossip.append(payloadReceived, { payload }))
}

/** Derivation requests a reset to a block. */
async function goBack({ bus, derivation }: EngineWorld, safe: BlockId) {
  const { generation } = derivation.chain
  const request = { generation, reason: 'history', safe } as const
  await bus.settle(derivation.bus.call(reset, request, { deadlineMs: 2_000 }))
  return derivation.until((now) => now.generation > generation)
}

const isForkchoice = ({ method }: JsonRpcCall) => method.startsWith('engine_forkchoiceUpdated')

test('after EL sync, the safe head is below the synced head, and derivation continues', async () => {
  const world = await elWorld()
  const { bus, derivation } = world
  const engine = await world.start()
  const waiting = await derivation.until(({ sync }) => sync === 'el-syncing')
  await bus.pass(1_000)
  assert.match(engine.status.snapshot().wait?.what ?? '', /a first block from gossip/)
  const tip = blockAt(world, 40)
  await gossip(world, tip)
  await bus.pass(10_000)
  assert.match(engine.status.snapshot().wait?.what ?? '', /fetches the chain up to block 40/)
  assert.equal(derivation.chain.generation, waiting.generation)
  // Now the peers of the execution client have the blocks.
  await fetchTo(world, 39)
  const chain = await derivation.until(({ sync }) => sync === 'el-synced')
  assert.equal(chain.unsafe.hash, tip.blockHash)
  assert.equal(chain.safe.number, 30n)
  assert.equal(chain.finalized.number, 30n)
  assert.ok(chain.generation > waiting.generation)
  engine.stop()
  await bus.pass(12_000)
  await world.start()
  const again = await derivation.until(({ generation }) => generation > chain.generation)
  assert.deepEqual([again.sync, again.safe], ['el-synced', chain.safe])
  // The safe-head history belongs to another chain: its block 12 has another hash than block 12 of this chain.
  const other = await goBack(world, { number: 12n, hash: tip.blockHash })
  assert.deepEqual([other.sync, other.safe], ['ready', chain.safe])
  const known = blockAt(world, 12)
  const back = await goBack(world, { number: 12n, hash: known.blockHash })
  assert.equal(back.safe.hash, known.blockHash)
  assert.deepEqual([back.unsafe, back.finalized], [chain.unsafe, back.safe])
  await derivation.toEnd({ untilSafe: 45n })
  assert.equal(derivation.chain.safe.hash, blockAt(world, 45).blockHash)
})

test('an engine that is started during EL sync sends no forkchoice, and waits', async () => {
  // Without a safe head, the search counts a chain of fourteen sequencing windows as synced. With a window of 0, it
  // would count this chain as synced.
  const world = await elWorld({ sequencingWindow: 0n })
  const { bus, client, derivation } = world
  await fetchTo(world, 20)
  const head = blockAt(world, 20).blockHash
  const none = `0x${'00'.repeat(32)}`
  const chosen = { headBlockHash: head, safeBlockHash: none, finalizedBlockHash: none }
  await client.call('engine_forkchoiceUpdatedV3', [chosen, null])
  client.calls.length = 0
  await world.start()
  const waiting = await derivation.until(({ outcome }) => outcome === 'started')
  await bus.pass(20_000)
  const heads = [waiting.unsafe, waiting.safe, waiting.finalized].map(({ number }) => number)
  assert.deepEqual([waiting.sync, ...heads], ['el-syncing', 20n, 0n, 0n])
  assert.deepEqual(client.calls.filter(isForkchoice), [])
  await gossip(world, blockAt(world, 40))
  await fetchTo(world, 39)
  const { finalized, safe, unsafe } = await derivation.until(({ sync }) => sync === 'el-synced')
  assert.deepEqual([unsafe.number, safe.number, finalized.number], [40n, 30n, 30n])
})

test('after EL sync, a safe head of the execution client stays the safe head, and is not finalized', async () => {
  const world = await elWorld()
  const { client, derivation } = world
  await fetchTo(world, 39)
  const none = `0x${'00'.repeat(32)}`
  const chosen = {
    headBlockHash: blockAt(world, 36).blockHash,
    safeBlockHash: blockAt(world, 34).blockHash,
    finalizedBlockHash: none,
  }
  await client.call('engine_forkchoiceUpdatedV3', [chosen, null])
  await world.start()
  await derivation.until(({ sync }) => sync === 'el-syncing')
  await gossip(world, blockAt(world, 40))
  const { finalized, safe, unsafe } = await derivation.until(({ sync }) => sync === 'el-synced')
  assert.deepEqual([unsafe.number, safe.number, finalized.number], [40n, 34n, 30n])
})

for (const what of ['L1 lacks the L1 origin', 'the execution client refuses the block'] as const) {
  test(`the engine finds a start itself if it cannot restart at the requested block: ${what}`, async () => {
    const world = await EngineWorld.of('fork-holocene')
    const { client, derivation } = world
    const engine = await world.start()
    await derivation.until(({ outcome }) => outcome === 'started')
    await derivation.toEnd({ untilSafe: 40n })
    const block = blockAt(world, 12)
    const { blockHash: hash } = block
    const { l1 } = world
    const { l1Origin } = l2BlockRefOf(world.record.config, block)
    if (what === 'L1 lacks the L1 origin')
      world.l1 = {
        ...l1,
        blocksDown: async (from) =>
          from.number === l1Origin.number ? [] : await l1.blocksDown(from),
      }
    else
      client.intercept = ({ method, params: [heads] }) => {
        const safe = (heads as { safeBlockHash?: string } | undefined)?.safeBlockHash
        if (method.startsWith('engine_forkchoiceUpdated') && safe === hash)
          throw new JsonRpcError(-38_002, 'by the test')
      }
    const { safe, sync } = await goBack(world, { number: 12n, hash })
    assert.equal(sync, 'ready')
    assert.notEqual(safe.number, 12n)
    assert.equal(engine.status.snapshot().wait, undefined)
  })
}
