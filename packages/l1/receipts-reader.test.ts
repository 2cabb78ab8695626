import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { isFault } from '#runtime/fault.ts'
import { requireFile } from '#records/folder/read-lines.ts'
import { replayMethods } from '#records/replay/replay-methods.ts'
import { readReplayedChain } from '#records/replay/replay-record.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { serveFaultyNode } from '#test/fakes/faulty-l1.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { L1Endpoint } from './l1-endpoint.ts'

const folder = join(recordsFolder, 'fork-canyon')
const chain = await readReplayedChain(requireFile(folder, 'l1.ndjson'), (json) => json)
/** The number of a block with transactions, since receipts of an empty block are not fetched. */
const number = chain.blocks.findLastIndex(({ receipts = [] }) => receipts.length > 0)

const minute = 60_000

/** The answer of `eth_getBlockReceipts` in place of receipts. */
type Answer = JsonRpcError | null | 'wrong' | undefined

/** A node whose `eth_getBlockReceipts` a test replaces. */
async function node(t: TestContext) {
  const state: { answer: Answer } = { answer: undefined }
  const methods = replayMethods(chain, 900n)
  const served = await serveFaultyNode(t, {
    ...methods,
    eth_getBlockReceipts: (params, subscriber) => {
      if (state.answer instanceof JsonRpcError) throw state.answer
      if (state.answer === 'wrong') return []
      if (state.answer === null) return null
      return methods['eth_getBlockReceipts']?.(params, subscriber)
    },
  })
  const clock = new VirtualClock(0)
  const rpc = new JsonRpcClient({
    endpoints: [{ url: served.url }],
    rounds: 1,
    timeoutMs: 5_000,
    clock,
  })
  t.after(() => rpc.close())
  const endpoint = new L1Endpoint({ rpc, name: 'node' })
  /** Fetches a block. Returns the methods that were called for its receipts, or the code of the fault. */
  const fetch = async (): Promise<readonly string[] | string> => {
    served.calls.length = 0
    try {
      await endpoint.fetchBlock(BigInt(number))
    } catch (error) {
      if (isFault(error)) return error.code
      throw error
    }
    return [...new Set(served.calls.map(({ method }) => method))].slice(1)
  }
  return { state, fetch, pass: (ms: number) => clock.run(ms, () => false) }
}

const first = ['eth_getBlockReceipts']
const others = [
  'alchemy_getTransactionReceipts',
  'debug_getRawReceipts',
  'parity_getBlockReceipts',
  'erigon_getBlockReceiptsByBlockHash',
  'eth_getTransactionReceipt',
]

for (const [name, answer, code] of [
  ['a rate limit', new JsonRpcError(-32_007, '50/second request limit reached'), 'rpc-limited'],
  ['a missing header', new JsonRpcError(-32_000, 'header not found'), 'l1-behind'],
  ['null from a node that lags behind its load balancer', null, 'l1-behind'],
  ['an internal error', new JsonRpcError(-32_603, 'Internal server error'), 'rpc-refused'],
] as const)
  test(`if the answer is ${name}, receipts are requested with the same method again`, async (t) => {
    const { state, fetch } = await node(t)
    for (let round = 0; round < 10; round++) {
      state.answer = answer
      assert.equal(await fetch(), code)
      state.answer = undefined
      assert.deepEqual(await fetch(), first)
    }
  })

test('if an error code says that a method is missing, the method is not called again for ten minutes', async (t) => {
  const { state, fetch, pass } = await node(t)
  state.answer = new JsonRpcError(-32_601, 'the method does not exist')
  assert.deepEqual(await fetch(), [...first, ...others])
  state.answer = undefined
  assert.deepEqual(await fetch(), others.slice(-1))
  await pass(10 * minute - 1)
  assert.deepEqual(await fetch(), others.slice(-1))
  await pass(1)
  assert.deepEqual(await fetch(), first)
})

test('if the text of an error refuses a method but its code does not, the method counts as missing after a second refusal 5 s later', async (t) => {
  const { state, fetch, pass } = await node(t)
  const refusal = new JsonRpcError(-32_000, 'method not available on your plan')
  // After the first refusal, another method is used for this block only.
  state.answer = refusal
  assert.deepEqual(await fetch(), [...first, ...others])
  state.answer = undefined
  assert.deepEqual(await fetch(), first)
  state.answer = refusal
  assert.deepEqual(await fetch(), [...first, ...others.slice(-1)])
  await pass(4_999)
  assert.deepEqual(await fetch(), [...first, ...others.slice(-1)])
  await pass(1)
  assert.deepEqual(await fetch(), [...first, ...others.slice(-1)])
  state.answer = undefined
  assert.deepEqual(await fetch(), others.slice(-1))
})

test('if a method returns wrong receipts, another method is used for half a minute', async (t) => {
  const { state, fetch, pass } = await node(t)
  state.answer = 'wrong'
  assert.equal(await fetch(), 'l1-invalid')
  assert.deepEqual(await fetch(), others)
  state.answer = undefined
  await pass(30_000)
  assert.deepEqual(await fetch(), first)
})
