import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { hashHeader } from '#protocol/block/header.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { fromHex, toBytes8 } from '#protocol/codec/hex.ts'
import { makeGenesisBlock, parseGenesis } from '#execution-client/genesis/genesis.ts'
import { headerJson } from '#json-rpc/forms/header-json.ts'
import { MemoryStore } from '#execution-client/state/memory-store.ts'
import { executeBlock, type ExecutedBlock } from '#execution-client/transition/execute-block.ts'
import { Interpreters } from '#execution-client/transition/interpreter.ts'
import { Random } from '#runtime/random.ts'
import { EdrChain } from './edr-chain.ts'
import { oracleSeed } from './oracle-seed.ts'
import { genesisJson, sendRandomBlock } from './random-block.ts'

// Compares random blocks with op-revm in EDR. Each block has a genesis of its own: see `EdrChain`.

const blocksOfAFork = 80

const random = new Random(oracleSeed)

for (const hardfork of ['canyon', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus'])
  test(`random blocks of ${hardfork} have op-revm's hash`, async (t) => {
    const genesis = parseGenesis(genesisJson(hardfork))
    const { config } = genesis
    const source = new MemoryStore()
    const own = makeGenesisBlock(genesis, source)
    source.put(own.changes)
    const ancestorHash = (parent: { readonly hash: ExecutedBlock['hash'] }) => parent.hash
    const executor = { config, source, ancestorHash, interpreters: new Interpreters(config) }
    const outcomes: Record<string, number> = {}
    for (let at = 0; at < blocksOfAFork; at++) {
      const chain = await EdrChain.start(genesis, hardfork)
      const parent = onEdr(own, await chain.block(0))
      const sent = new Map<string, Uint8Array>()
      await sendRandomBlock(random, async (raw) => {
        const hash = await chain.send(raw)
        if (hash !== undefined) sent.set(hash, fromHex(raw))
        return hash !== undefined
      })
      await chain.mine()
      const mined = await chain.block(1)
      const executed = await executeBlock(executor, parent, attributesOf(mined, sent))
      assertSameBlock(executed, mined, `block ${at} of seed ${oracleSeed}`)
      for (const { raw, receipt } of executed.transactions) {
        const outcome = `type ${(raw[0] ?? 0) < 0x80 ? raw[0] : 0}, ${receipt.isSuccess ? 'succeeded' : 'failed'}`
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      }
    }
    // Of deposits and of each of the three signed types, some transactions succeed and some fail: 8 outcomes.
    // Transactions that EDR refuses are not counted.
    assert.ok(Object.keys(outcomes).length === 8)
    t.diagnostic(JSON.stringify(outcomes))
  })

/** Our genesis block with EDR's header: EDR's genesis has another transactions root. */
function onEdr(own: ExecutedBlock, json: unknown): ExecutedBlock {
  const header = headerJson.parse(json)
  assert.equal(own.header.stateRoot, header.stateRoot)
  return { ...own, header, hash: hashHeader(header) }
}

const minedJson = z.looseObject({ transactions: z.array(z.string()) })

/** The attributes that EDR chose for a block, and the transactions that it included. */
function attributesOf(json: unknown, sent: ReadonlyMap<string, Uint8Array>): PayloadAttributes {
  const header = headerJson.parse(json)
  const { extraData, timestamp, prevRandao, gasLimit, beneficiary, parentBeaconBlockRoot } = header
  return {
    timestamp,
    prevRandao,
    gasLimit,
    suggestedFeeRecipient: beneficiary,
    parentBeaconBlockRoot,
    withdrawals: undefined,
    eip1559Params: extraData.length >= 9 ? toBytes8(extraData.slice(1, 9)) : undefined,
    minBaseFee: undefined,
    noTxPool: true,
    transactions: minedJson.parse(json).transactions.map((hash) => {
      const raw = sent.get(hash)
      assert.ok(raw !== undefined)
      return raw
    }),
  }
}

function assertSameBlock({ hash, header }: ExecutedBlock, json: unknown, which: string): void {
  const mined: Readonly<Record<string, unknown>> = { ...headerJson.parse(json) }
  const names = Object.keys(header)
  if (hash !== mined['hash'])
    assert.deepEqual(header, Object.fromEntries(names.map((name) => [name, mined[name]])), which)
  assert.equal(hash, mined['hash'], which)
}
