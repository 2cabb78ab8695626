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

/** The methods on a chain of one block, with `timeoutMs` for each call. */
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

/** JUMPDEST, PUSH0 and POP many times, then a jump to the start: it runs until the gas is used up. */
const endless = toHex(
  Buffer.concat([
    Buffer.of(0x5b),
    ...Array.from({ length: 100 }, () => Buffer.of(0x5f, 0x50)),
    Buffer.of(0x5f, 0x56),
  ]),
)

/** Calls the account `other` with all but a 64th of its gas, then returns. */
const caller = `0x5f5f5f5f5f73${other.slice(2)}5af15f5ff3`

test('a call is aborted at its timeout, also inside a nested call', async () => {
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

test('the event loop continues while a call runs', async () => {
  const { call } = await opened(1_000)
  let turns = 0
  const timer = setInterval(() => turns++, 5)
  await assert.rejects(call('eth_call', { to: other }, 'latest', { [other]: { code: endless } }))
  clearInterval(timer)
  assert.ok(turns >= 10, String(turns))
})

test('an estimate is limited by the gas that its sender can pay', async () => {
  const { chain, call } = await opened()
  const price = chain.head.header.baseFeePerGas ?? 0n
  const estimate = (gas: bigint, value = 0n) =>
    call(
      'eth_estimateGas',
      { from: nobody, to: other, gasPrice: quantity(price), value: quantity(value) },
      'latest',
      { [nobody]: { balance: quantity(price * gas + value) } },
    )
  assert.ok(BigInt((await estimate(30_000n, 5n)) as string) >= 21_000n)
  await assert.rejects(estimate(20_999n), {
    code: -32_000,
    message: 'gas required exceeds allowance (20999)',
  })
  await assert.rejects(estimate(0n, 5n), { message: 'insufficient funds for transfer' })
})

test('the maximum gas of a transaction limits an estimate, but not a call', async () => {
  const { call } = await opened()
  // GAS, PUSH4 2^24, GT, PUSH1 13, JUMPI, PUSH0, PUSH0, REVERT, JUMPDEST, STOP
  const code = '0x5a630100000011600d575f5ffd5b00'
  const overrides = { [nobody]: { code } }
  const gas = { to: nobody, gas: '0x2000000' }
  await call('eth_call', gas, 'latest', overrides).then(
    () => assert.fail('has less'),
    ({ code: reason }: { code: number }) => assert.equal(reason, 3),
  )
  await call('eth_estimateGas', gas, 'latest', overrides)
})

test('the gas price of a call is the base fee plus the tip of the call, limited to the fee cap of the call', async () => {
  const { chain, call } = await opened()
  const baseFee = chain.head.header.baseFeePerGas ?? 0n
  assert.ok(baseFee > 0n)
  // GASPRICE, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
  const overrides = {
    [nobody]: { code: '0x3a5f5260205ff3' },
    [other]: { balance: `0x1${'0'.repeat(40)}` },
  }
  const priced = async (price: Readonly<Record<string, bigint>>) => {
    const fields = Object.entries(price).map(([name, value]) => [name, quantity(value)])
    const asked = { from: other, to: nobody, ...Object.fromEntries(fields) }
    return BigInt((await call('eth_call', asked, 'latest', overrides)) as string)
  }
  assert.equal(await priced({}), 0n)
  assert.equal(await priced({ gasPrice: baseFee + 3n }), baseFee + 3n)
  assert.equal(await priced({ maxFeePerGas: baseFee + 9n, maxPriorityFeePerGas: 2n }), baseFee + 2n)
  assert.equal(await priced({ maxFeePerGas: baseFee + 1n, maxPriorityFeePerGas: 2n }), baseFee + 1n)
  for (const low of [{ gasPrice: baseFee - 1n }, { maxFeePerGas: baseFee - 1n }])
    await assert.rejects(priced(low), {
      code: -32_000,
      message: /^max fee per gas less than block base fee: address 0x98/,
    })
  await assert.rejects(priced({ maxPriorityFeePerGas: 1n }), { code: -32_000 })
  await assert.rejects(priced({ gasPrice: baseFee, maxFeePerGas: baseFee }), { code: -32_602 })
})

function quantity(value: bigint): string {
  return `0x${value.toString(16)}`
}
