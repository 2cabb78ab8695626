import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { serializeTransaction, type TransactionSerializable } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { fromHex, toAddress, toHash, toHex } from '#protocol/codec/hex.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import { recoverSigner } from '#runtime/crypto/secp256k1.ts'
import { type InboxScan, scanInboxTransaction } from './inbox-transaction.ts'

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 300) }

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const batcher = toAddress(fromHex(account.address.toLowerCase()))
const to = `0x${'f0'.repeat(20)}` as const
const scan: InboxScan = { inbox: toAddress(fromHex(to)), l1ChainId: 900n, recoverSigner }

const common = { chainId: 900, nonce: 7, gas: 21_000n, to, data: '0x00abcd' } as const
const fees = { maxFeePerGas: 9n, maxPriorityFeePerGas: 3n } as const
const versionedHash = `0x01${'22'.repeat(31)}` as const
const blobs = {
  blobVersionedHashes: [versionedHash],
  maxFeePerBlobGas: 1n,
  sidecars: false,
} as const
const legacy = { ...common, type: 'legacy', gasPrice: 9n } as const
const unprotected = { ...legacy, chainId: undefined } as const
const accessList = { ...common, type: 'eip2930', gasPrice: 9n } as const
const dynamicFee = { ...common, ...fees, type: 'eip1559' } as const
const blob = { ...common, ...fees, ...blobs, type: 'eip4844' } as const

const authorization = await account.signAuthorization({ address: to, chainId: 900, nonce: 8 })
const setCode = {
  ...common,
  ...fees,
  type: 'eip7702',
  authorizationList: [authorization],
} as const

const signed = async (transaction: TransactionSerializable) =>
  fromHex(await account.signTransaction(transaction))

/** Type, sender and data of a transaction to the inbox, as text; undefined if it is not read. */
const read = (raw: Uint8Array, by: InboxScan = scan) => {
  const found = scanInboxTransaction(raw, by)
  return (
    found && `${found.type} ${found.sender === batcher ? 'batcher' : 'other'} ${toHex(found.data)}`
  )
}

for (const [name, transaction, type] of [
  ['legacy', legacy, 0],
  ['legacy without replay protection', unprotected, 0],
  ['with an access list', accessList, 1],
  ['with a dynamic fee', dynamicFee, 2],
  ['with blobs', blob, 3],
] as const)
  // Rules: inbox-types
  test(`a transaction to the inbox is read with its sender: ${name}`, async () => {
    assert.equal(read(await signed(transaction)), `${type} batcher 0x00abcd`)
  })

test('blob hashes are read in order, and only of blob transactions', async () => {
  const second = `0x01${'33'.repeat(31)}` as const
  const raw = await signed({ ...blob, blobVersionedHashes: [versionedHash, second] })
  const found = scanInboxTransaction(raw, scan)
  assert.deepEqual(found?.versionedHashes, [
    toHash(fromHex(versionedHash)),
    toHash(fromHex(second)),
  ])
  assert.deepEqual(scanInboxTransaction(await signed(dynamicFee), scan)?.versionedHashes, [])
})

// Rules: inbox-types
test('a transaction with the set-code type or an unknown type is not read', async () => {
  assert.equal(read(await signed(setCode)), undefined)
  const raw = await signed(dynamicFee)
  for (let type = 4; type < 0x7e; type++)
    assert.equal(read(Uint8Array.of(type, ...raw.subarray(1))), undefined)
})

// Rules: inbox-address
test('only transactions to the inbox are read', async () => {
  for (const other of [`0x${'f0'.repeat(19)}f1`, undefined] as const) {
    assert.equal(read(await signed({ ...legacy, to: other })), undefined)
    assert.equal(read(await signed({ ...dynamicFee, to: other })), undefined)
  }
})

// Rules: inbox-sender
test('a transaction for another chain has no sender', async () => {
  for (const transaction of [accessList, dynamicFee, blob])
    assert.equal(read(await signed({ ...transaction, chainId: 901 })), undefined)
  assert.equal(read(await signed({ ...legacy, chainId: 901 })), undefined)
  assert.equal(read(await signed(unprotected), { ...scan, l1ChainId: 901n }), '0 batcher 0x00abcd')
})

// Rules: inbox-sender
test('a transaction with an unrecoverable signature has no sender', () => {
  // The x coordinate of the generator, which is a point of the curve.
  const r = '0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
  const good = { r, s: `0x${'11'.repeat(32)}` } as const
  const order = '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'
  const half = '0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'
  const aboveHalf = '0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1'
  const by = (signature: { r: `0x${string}`; s: `0x${string}`; yParity: number }) =>
    read(fromHex(serializeTransaction(dynamicFee, signature)))
  assert.equal(by({ ...good, yParity: 0 }), '2 other 0x00abcd')
  assert.equal(by({ ...good, s: half, yParity: 1 }), '2 other 0x00abcd')
  assert.equal(by({ ...good, s: aboveHalf, yParity: 0 }), undefined)
  assert.equal(by({ ...good, r: '0x00', yParity: 0 }), undefined)
  assert.equal(by({ ...good, s: '0x00', yParity: 0 }), undefined)
  assert.equal(by({ ...good, r: order, yParity: 0 }), undefined)
  assert.equal(by({ ...good, r: '0x05', yParity: 0 }), undefined)
})

// Rules: inbox-types
test('a deposit of an L1 that is a rollup is read with its sender', () => {
  const from = toAddress(new Uint8Array(20).fill(7))
  const deposit = (recipient: InboxScan['inbox'] | undefined) =>
    encodeDeposit({
      sourceHash: toHash(new Uint8Array(32)),
      from,
      to: recipient,
      mint: 0n,
      value: 0n,
      gas: 0n,
      isSystemTransaction: false,
      data: Uint8Array.of(1),
    })
  assert.equal(scanInboxTransaction(deposit(scan.inbox), scan)?.sender, from)
  assert.equal(scanInboxTransaction(deposit(from), scan), undefined)
  assert.equal(scanInboxTransaction(deposit(undefined), scan), undefined)
})

// Rules: inbox-sender
test('arbitrary bytes and corrupted transactions are read or skipped', async () => {
  const raws = [await signed(legacy), await signed(dynamicFee), await signed(blob)]
  const change = fc.record({ raw: fc.constantFrom(...raws), at: fc.nat(400), to: fc.nat(255) })
  const changed = change.map((it) => {
    const bytes = it.raw.slice()
    bytes[it.at % bytes.length] = it.to
    return bytes
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed), (bytes) => {
      scanInboxTransaction(bytes, scan)
    }),
    runs,
  )
})
