import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '#protocol/codec/hex.ts'
import { addBlock, createStore, openChain } from '#test/fakes/execution-chain.ts'
import { Simulator } from './simulate.ts'
import { stateMethods } from './state-methods.ts'

const nobody = `0x${'99'.repeat(20)}`
const other = `0x${'98'.repeat(20)}`

const noSubscriptions = {
  subscribe: () => assert.fail('nothing is subscribed to'),
  unsubscribe: () => false,
}

/** The methods on a chain of one block; a call has as long. */
async function opened(timeoutMs?: number) {
  const chain = openChain()
  const first = await addBlock(chain, chain.genesis, [createStore(1)])
  chain.choose({ head: first.hash, safe: undefined, finalized: undefined })
  const simulator = new Simulator(chain, timeoutMs === undefined ? {} : { timeoutMs })
  const table = stateMethods(chain, simulator)
  const call = async (method: string, ...params: readonly unknown[]): Promise<unknown> =>
    (table[method] ?? assert.fail(method))(params, noSubscriptions)
  return { chain, call }
}

/** JUMPDEST, PUSH0, POP many times, then from the start: until the gas is used up. */
const endless = toHex(
  Buffer.concat([
    Buffer.of(0x5b),
    ...Array.from({ length: 100 }, () => Buffer.of(0x5f, 0x50)),
    Buffer.of(0x5f, 0x56),
  ]),
)

/** Calls the other with all its gas but a 64th, then returns. */
const caller = `0x5f5f5f5f5f73${other.slice(2)}5af15f5ff3`

test('a call that takes too long is ended, also where it was called by another', async () => {
  const { call } = await opened(50)
  const overrides = { [nobody]: { code: caller }, [other]: { code: endless } }
  for (const method of ['eth_call', 'eth_estimateGas'])
    for (const to of [nobody, other])
      await assert.rejects(call(method, { to }, 'latest', overrides), {
        code: -32_000,
        message: 'execution aborted (timeout = 0.05s)',
      })
  assert.equal(await call('eth_call', { to: nobody }, 'latest'), '0x')
})

test('others have their turn while a call runs', async () => {
  const { call } = await opened(200)
  let turns = 0
  const timer = setInterval(() => turns++, 5)
  await assert.rejects(call('eth_call', { to: other }, 'latest', { [other]: { code: endless } }))
  clearInterval(timer)
  assert.ok(turns >= 2, String(turns))
})
