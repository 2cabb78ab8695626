import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeRlpList, rlpBytes, rlpUint } from '#protocol/codec/rlp.ts'
import { toHex } from '#protocol/codec/hex.ts'
import { hash } from '#test/fakes/values.ts'
import { decodeHeader, emptyOmmersHash, encodeHeader, hashHeader, type Header } from './header.ts'

const prague: Header = {
  parentHash: hash(1),
  ommersHash: emptyOmmersHash,
  beneficiary: `0x${'11'.repeat(20)}` as Header['beneficiary'],
  stateRoot: hash(2),
  transactionsRoot: hash(3),
  receiptsRoot: hash(4),
  logsBloom: new Uint8Array(256),
  difficulty: 0n,
  number: 5n,
  gasLimit: 6n,
  gasUsed: 7n,
  timestamp: 8n,
  extraData: new Uint8Array(0),
  prevRandao: hash(9),
  nonce: '0x0000000000000000' as Header['nonce'],
  baseFeePerGas: 10n,
  withdrawalsRoot: hash(11),
  blobGasUsed: 12n,
  excessBlobGas: 13n,
  parentBeaconBlockRoot: hash(14),
  requestsHash: hash(15),
}

test('an Amsterdam header ends with the hash of the block access list and the slot number', () => {
  const amsterdam = { ...prague, blockAccessListHash: hash(16), slotNumber: 17n }
  const encoded = encodeHeader(amsterdam)
  const fields = decodeRlpList(encoded)
  assert.equal(fields.length, 23)
  assert.equal(toHex(rlpBytes(fields[21])), hash(16))
  assert.equal(rlpUint(fields[22], 8), 17n)
  assert.deepEqual(decodeHeader(encoded), amsterdam)
  assert.notEqual(hashHeader(amsterdam), hashHeader(prague))
})

test('a header with too few fields is refused', () => {
  const fields = decodeRlpList(encodeHeader(prague))
  assert.equal(fields.length, 21)
  assert.throws(() => decodeHeader(Uint8Array.of(0xc3, 1, 2, 3)), /a header has 3 fields/)
})
