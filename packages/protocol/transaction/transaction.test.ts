import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTransaction } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { toHex, fromHex } from '#protocol/codec/hex.ts'
import { decodeDeposit, encodeDeposit } from './deposit.ts'
import { authorizationHash, decodeTransaction } from './transaction.ts'
import { hashAuthorization } from 'viem/utils'
import { toAddress, toHash } from '#protocol/codec/hex.ts'

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const to = `0x${'22'.repeat(20)}` as const
const common = { chainId: 10, nonce: 7, gas: 21_000n, to, value: 5n, data: '0xabcd' } as const
const fees = { maxFeePerGas: 9n, maxPriorityFeePerGas: 3n }
const accessList = [{ address: to, storageKeys: [`0x${'33'.repeat(32)}`] }] as const
const authorization = await account.signAuthorization({ address: to, chainId: 10, nonce: 8 })

for (const [name, transaction] of [
  ['legacy', { ...common, type: 'legacy', gasPrice: 9n }],
  [
    'legacy without replay protection',
    { ...common, chainId: undefined, type: 'legacy', gasPrice: 9n },
  ],
  ['creation', { ...common, to: undefined, type: 'legacy', gasPrice: 9n }],
  ['access list', { ...common, type: 'eip2930', gasPrice: 9n, accessList }],
  ['dynamic fee', { ...common, ...fees, type: 'eip1559', accessList }],
  [
    'set code',
    { ...common, ...fees, type: 'eip7702', accessList, authorizationList: [authorization] },
  ],
] as const) {
  test(`a transaction signed by viem is decoded: ${name}`, async () => {
    const raw = await account.signTransaction(transaction)
    const read = decodeTransaction(fromHex(raw))
    const parsed = parseTransaction(raw)
    assert.equal(read.nonce, 7n)
    assert.equal(read.chainId, transaction.chainId === undefined ? undefined : 10n)
    assert.equal(read.to, transaction.to)
    assert.equal(read.maxFeePerGas, 9n)
    assert.equal(read.maxPriorityFeePerGas, 'gasPrice' in transaction ? 9n : 3n)
    assert.equal(read.gasLimit, 21_000n)
    assert.equal(read.value, 5n)
    assert.equal(toHex(read.data), '0xabcd')
    assert.equal(read.signature.r, BigInt(parsed.r ?? 0))
    assert.equal(read.signature.yParity, parsed.yParity ?? Number((parsed.v ?? 27n) - 27n))
    assert.equal(read.accessList.length, 'accessList' in transaction ? 1 : 0)
    assert.equal(read.authorizations.length, 'authorizationList' in transaction ? 1 : 0)
  })
}

test('the hash of an authorization equals that of viem', () => {
  const expected = hashAuthorization({ address: to, chainId: 10, nonce: 8 })
  const signature = { r: 0n, s: 0n, yParity: 0 }
  const address = toAddress(fromHex(to))
  const own = authorizationHash({ chainId: 10n, address, nonce: 8n, signature })
  assert.equal(toHex(own), expected)
})

test('a deposit decodes to itself', () => {
  const deposit = {
    sourceHash: toHash(new Uint8Array(32).fill(1)),
    from: toAddress(new Uint8Array(20).fill(2)),
    to: undefined,
    mint: 3n,
    value: 2n ** 256n - 1n,
    gas: 2n ** 64n - 1n,
    isSystemTransaction: true,
    data: new Uint8Array([1, 2, 3]),
  }
  assert.deepEqual(decodeDeposit(encodeDeposit(deposit)), deposit)
  const other = { ...deposit, to: deposit.from, isSystemTransaction: false }
  assert.deepEqual(decodeDeposit(encodeDeposit(other)), other)
})

for (const [name, raw, message] of [
  ['a blob transaction', '0x03c0', /type 3 is not supported/],
  ['a post-exec transaction', '0x7dc0', /type 125 is not supported/],
  ['a deposit', '0x7ec0', /type 126 is not supported/],
  ['no bytes at all', '0x', /type 0 is not supported/],
  ['too few fields', '0x02c3010203', /3 fields/],
  ['a legacy transaction with too few fields', '0xc3010203', /3 fields/],
] as const) {
  test(`${name} is not a user transaction`, () => {
    assert.throws(() => decodeTransaction(fromHex(raw)), { name: 'DecodeError', message })
  })
}

test('arbitrary bytes decode as a transaction or raise a DecodeError', () => {
  const raw = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(fc.constantFrom(1, 2, 4, 0x7e), fc.uint8Array({ maxLength: 300 }))
      .map(([type, rest]) => Uint8Array.of(type, ...rest)),
  )
  fc.assert(
    fc.property(raw, (bytes) => {
      for (const decode of [decodeTransaction, decodeDeposit])
        try {
          decode(bytes)
        } catch (error) {
          assert.equal((error as Error).name, 'DecodeError')
        }
    }),
    { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 5_000) },
  )
})
