import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChainState } from '#messages/chain-state.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { AttributesBuilder } from '#protocol/derivation/attributes.ts'
import type { L2Head } from '#protocol/pipeline/pipeline.ts'
import { Fault } from '#runtime/fault.ts'
import { rollupConfig } from '#test/fakes/rollup-config.ts'
import { forksUpTo, testL1Block, testSystemConfig } from '#test/fakes/test-rollup.ts'
import { blockId, chainAt, hash, l1Ref } from '#test/fakes/values.ts'
import { genesisPayload, payloadOf, refOfPayload } from '#test/verifier/stand-in-chain.ts'
import { type L2Source, readStart, type StartSources } from './read-start.ts'

const l1Block = (number: number) => testL1Block(number, { timestamp: 12n * BigInt(number) })

function rollup(changes: Partial<RollupConfig>): RollupConfig {
  return rollupConfig({
    genesis: {
      l1: blockId(0),
      l2: { number: 0n, hash: hash(0x9e) },
      l2Timestamp: 0n,
      systemConfig: testSystemConfig,
    },
    blockTime: 6n,
    channelTimeout: 20n,
    hardforkTimes: forksUpTo('fjord'),
    l1BlobSchedule: [{ timestamp: 0n, baseFeeUpdateFraction: 3_338_477n }],
    ...changes,
  })
}

/** A chain with two L2 blocks for each L1 block. */
function chainOf(config: RollupConfig, blocks: number): readonly L2Source[] {
  const builder = new AttributesBuilder(config)
  const genesis = genesisPayload(config)
  const chain: L2Source[] = [{ ref: refOfPayload(config, genesis), payload: genesis }]
  let head: L2Head = { ref: refOfPayload(config, genesis), systemConfig: testSystemConfig }
  for (let number = 1; number <= blocks; number++) {
    const epoch = l1Block(Math.floor(number / 2))
    const timestamp = 6n * BigInt(number)
    const batch = {
      parentHash: head.ref.hash,
      epochNumber: epoch.number,
      epochHash: epoch.hash,
      timestamp,
      transactions: [],
    }
    const built = builder.build({ parent: head.ref, systemConfig: head.systemConfig, batch, epoch })
    if (built.kind !== 'attributes') throw new Error(built.reason)
    const payload = payloadOf({ config, refuseBelow: 0 }, head.ref, built.attributes)
    head = { ref: refOfPayload(config, payload), systemConfig: built.systemConfig }
    chain.push({ ref: head.ref, payload })
  }
  return chain
}

interface Start {
  readonly safe: number
  readonly changes?: Partial<RollupConfig>
  readonly chain?: Partial<ChainState>
  readonly madeSafe?: number
  /** L1 blocks that a reorg replaced. */
  readonly reorged?: readonly number[]
  /** The newest L1 block. */
  readonly newest?: number
}

async function start(options: Start) {
  const { safe, changes = {}, madeSafe, reorged = [], newest = 1_000 } = options
  const config = rollup(changes)
  const blocks = chainOf(config, safe)
  const localSafe = blocks[safe]?.ref
  if (localSafe === undefined) throw new Error('no such block')
  let fetched = 0
  const l1At = (number: bigint) => {
    const block = l1Block(Number(number))
    return reorged.includes(Number(number)) ? { ...block, hash: hash(0xbad) } : block
  }
  const sources: StartSources = {
    l2Block: async (wanted) => {
      fetched++
      const found = blocks.find(({ ref }) =>
        'hash' in wanted ? ref.hash === wanted.hash : ref.number === wanted.number,
      )
      if (found === undefined) throw new Fault('l2-missing')
      return found
    },
    l1Block: async (number) => l1At(number),
    l1HashAt: async (number) => (number > BigInt(newest) ? undefined : l1At(number).hash),
  }
  const state = chainAt({ generation: 1n, version: 1n })
  const chain = { ...state, localSafe, unsafe: localSafe, sequence: 1n, ...options.chain }
  const request = { chain, madeSafe: madeSafe === undefined ? undefined : blockId(madeSafe) }
  const found = await readStart(config, request, sources)
  return { found: found.kind === 'found' ? Number(found.base.number) : found.kind, fetched }
}

test('L1 is read from one channel timeout below the L1 origin of the safe head', async () => {
  assert.equal((await start({ safe: 120, madeSafe: 61 })).found, 40)
  assert.equal((await start({ safe: 121, madeSafe: 61 })).found, 40)
  assert.equal((await start({ safe: 122, madeSafe: 62 })).found, 41)
  assert.equal((await start({ safe: 42, madeSafe: 22 })).found, 1)
  assert.equal((await start({ safe: 40, madeSafe: 21 })).found, 0)
  assert.equal((await start({ safe: 3, madeSafe: 2 })).found, 0)
})

test('the search for the start reads few L2 blocks', async () => {
  const { fetched } = await start({ safe: 1_000, madeSafe: 501, changes: { channelTimeout: 300n } })
  assert.ok(fetched <= 22, String(fetched))
})

test('around Granite the longer of the two channel timeouts applies', async () => {
  const granite = (time: bigint) => ({ hardforkTimes: forksUpTo('granite', { granite: time }) })
  const from = async (time: bigint) =>
    (await start({ safe: 240, madeSafe: 121, changes: { ...granite(time), channelTimeout: 80n } }))
      .found
  assert.equal(await from(0n), 70)
  assert.equal(await from(12n * 70n), 40, 'to start earlier than necessary is harmless')
  assert.equal(await from(12n * 71n), 40)
})

test('at the start of a generation the engine names the L1 block to start at', async () => {
  const config = rollup({})
  const safe = chainOf(config, 120)[120]?.ref
  if (safe === undefined) throw new Error('no such block')
  const given = { safe, l1Origin: { ...l1Ref(33) }, systemConfig: testSystemConfig }
  const { found, fetched } = await start({ safe: 120, chain: { sequence: 0n, start: given } })
  assert.deepEqual([found, fetched], [33, 1])
})

// Rules: start-inclusion
test('the L1 block that made the safe head safe must be known and canonical', async () => {
  assert.equal((await start({ safe: 120, madeSafe: 61, reorged: [61] })).found, 'reorged')
  assert.equal((await start({ safe: 120, madeSafe: 61, reorged: [62] })).found, 40)
  assert.equal((await start({ safe: 120, madeSafe: 61, reorged: [40] })).found, 'reorged')
  assert.equal((await start({ safe: 120 })).found, 'unknown-inclusion')
  assert.equal((await start({ safe: 0 })).found, 0, 'the genesis block was not derived')
})

// Rules: start-inclusion
test('at the start of a generation the L1 origin of the unsafe head must be canonical', async () => {
  const begun = (changes: Partial<Start>) =>
    start({ safe: 120, chain: { sequence: 0n }, ...changes })
  assert.equal((await begun({})).found, 40)
  assert.equal((await begun({ reorged: [60] })).found, 'reorged')
  assert.equal((await begun({ reorged: [60], newest: 59 })).found, 40, 'L1 has no block 60 yet')
})
