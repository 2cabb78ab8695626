import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, type Hex, toAddress } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Deposit } from '#protocol/transaction/deposit.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { parseGenesis } from '#execution-client/genesis/genesis.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import { addBlock, deposit, openChain } from '#test/fakes/execution-chain.ts'

// Sums that overflow op-geth's integers. Source: op-geth, core/state/state_object.go, core/state_transition.go

const most = 2n ** 256n - 1n
const mostNonce = 2n ** 64n - 1n
const rich = address('0xa1')
const poor = address('0xa2')
const spent = address('0xa3')
/** Destroys itself in favour of the address in its calldata. */
const destructible = address('0xa4')
/** Sends its whole balance to the address in its calldata. */
const sending = address('0xa5')

const sendingCode = '0x6000600060006000476000355af100'

function address(hex: Hex): Address {
  return toAddress(fromHex(`0x${hex.slice(2).padStart(40, '0')}`))
}

function wordOf(to: Address): Uint8Array {
  return fromHex(`0x${to.slice(2).padStart(64, '0')}`)
}

const genesis = parseGenesis({
  config: {
    chainId: 901,
    karstTime: 0,
    optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
  },
  timestamp: '0x0',
  gasLimit: '0x1c9c380',
  extraData: '0x01000000fa000000060000000000000000',
  alloc: {
    [rich]: { balance: toQuantity(most) },
    [poor]: { balance: '0x5' },
    [spent]: { balance: '0x5', nonce: toQuantity(mostNonce) },
    [destructible]: { balance: '0x3', code: '0x600035ff' },
    [sending]: { balance: '0x4', code: sendingCode },
  },
})

/** A chain whose head has one deposit as its only transaction, and the receipt of the deposit. */
async function after(changes: Partial<Deposit>) {
  const chain = openChain({ genesis })
  const block = await addBlock(chain, chain.head, [deposit(1, changes)])
  // Writes the state, which decodes each account again.
  chain.choose({ head: block.hash, safe: undefined, finalized: undefined })
  return { chain, receipt: block.transactions[0]?.receipt ?? assert.fail('no receipt') }
}

const balanceOf = (chain: Chain, of: Address) => chain.state(chain.head).account(of)?.balance
const nonceOf = (chain: Chain, of: Address) => chain.state(chain.head).account(of)?.nonce

for (const { what, changes, of, balance } of [
  { what: 'a mint', changes: { from: poor, to: poor, mint: most }, of: poor, balance: 4n },
  {
    what: 'a mint to exactly 2^256',
    changes: { from: poor, mint: most - 4n },
    of: poor,
    balance: 0n,
  },
  {
    what: 'the mint of a failed deposit',
    changes: { from: poor, mint: most, value: 9n },
    of: poor,
    balance: 4n,
  },
  {
    what: 'a transfer',
    changes: { from: rich, to: poor, value: most },
    of: poor,
    balance: 4n,
  },
  {
    what: 'a transfer within a call',
    changes: { to: sending, data: wordOf(rich) },
    of: rich,
    balance: 3n,
  },
  {
    what: 'the balance of a destroyed contract',
    changes: { to: destructible, data: wordOf(rich) },
    of: rich,
    balance: 2n,
  },
] as const)
  test(`a balance wraps if ${what} takes it past 2^256 - 1`, async () => {
    const { chain, receipt } = await after(changes)
    assert.equal(receipt.isSuccess, what !== 'the mint of a failed deposit')
    assert.equal(balanceOf(chain, of), balance)
  })

test('the last nonce wraps to 0 after a deposit that makes a call', async () => {
  const { chain, receipt } = await after({ from: spent, to: poor, value: 1n })
  assert.deepEqual([receipt.isSuccess, receipt.depositNonce], [true, mostNonce])
  assert.equal(nonceOf(chain, spent), 0n)
})

test('a deposit with the last nonce creates nothing, keeps the nonce, and uses the intrinsic gas only', async () => {
  const { chain, receipt } = await after({ from: spent, to: undefined, value: 1n, mint: 2n })
  assert.deepEqual([receipt.isSuccess, receipt.gasUsed], [false, 53_000n])
  assert.equal(nonceOf(chain, spent), mostNonce)
  assert.equal(balanceOf(chain, spent), 7n)
})

test('the last nonce wraps to 0 after a deposit that cannot pay its value, even if the deposit would create a contract', async () => {
  const { chain, receipt } = await after({ from: spent, to: undefined, value: 6n })
  assert.deepEqual([receipt.isSuccess, receipt.gasUsed], [false, 200_000n])
  assert.equal(nonceOf(chain, spent), 0n)
})
