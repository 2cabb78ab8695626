import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, type RlpItem } from '#protocol/codec/rlp.ts'
import { curveOrder } from '#runtime/crypto/secp256k1.ts'
import { signerKey } from '#test/fakes/block-messages.ts'
import { sign } from 'tiny-secp256k1'
import { ipv4Endpoint, ipv6Endpoint, opStackBytes, portBytes } from './enr-endpoint.ts'
import { parseRecord, recordToText } from './enr-text.ts'
import { decodeRecord, encodeRecord, maxRecordBytes, signRecord } from './enr.ts'
import { nodeIdOf, peerIdOf, publicKeyOf } from './network-key.ts'
import {
  decodeOpStackEntry,
  encodeOpStackEntry,
  isOfChain,
  opStackKey,
  opStackVersion,
} from './opstack-entry.ts'

const numRuns = Number(process.env['ATOLL_FUZZ_RUNS'] ?? 2_000)

const vectors = JSON.parse(
  readFileSync(new URL('../../../test/vectors/p2p/node-records.json', import.meta.url), 'utf8'),
) as {
  readonly records: readonly string[]
  readonly opstackEntries: readonly {
    readonly chainId: string
    readonly entry: string
    readonly rlp: string
  }[]
}

const localhost: readonly [string, RlpItem][] = [
  ['ip', Uint8Array.of(127, 0, 0, 1)],
  ['tcp', portBytes(9_222)],
  ['udp', portBytes(9_222)],
]
const opMainnet = encodeOpStackEntry({ chainId: 10n, version: opStackVersion })
const record = signRecord(
  { sequence: 1n, entries: new Map([[opStackKey, opMainnet], ...localhost]) },
  signerKey,
)

test('a signed record of known entries has the known text', () => {
  assert.equal(
    recordToText(record),
    'enr:-Ja4QGUe9ZcVVC4ChBRZQOqbJqyZA6FAKj_GsSE_afUYBshHHdAIraXxCW1odpE5OPbV4ABeQbjVv880FzUtqZcsG2gBgmlkgnY0gmlwhH8AAAGHb3BzdGFja4IKAIlzZWNwMjU2azGhAxuExVZ7EmRAmV0-1aq6BWXXHhg0YEgZ_5wX9enV3QePg3RjcIIkBoN1ZHCCJAY',
  )
})

test('a record of a live network has the known fields', () => {
  const known = parseRecord(
    'enr:-Jy4QHRgJ9rnWbTs0oOfv8IHt77NDhHE3rwXf3fCh8RRN8sze4gyuQ2MkAapZwneDd_LH77TGCRS5N4wPGm-J5Hh-oCDAQKOgmlkgnY0gmlwhC36_pOHb3BzdGFja4Xkq4MBAIlzZWNwMjU2azGhAqUtGspoH5IzIIAwaqcipQFWripEU12KAiKFqRKDCZWxg3RjcIIjK4N1ZHCCIys',
  )
  assert.equal(peerIdOf(known.publicKey), '16Uiu2HAm6YT98Hd3qAtop3TFM75uXvuyEhZYwPCfZ9mzRckmFkmW')
  assert.equal(known.sequence, 66_190n)
  assert.deepEqual(ipv4Endpoint(known), { ip: '45.250.254.147', tcp: 9_003, udp: 9_003 })
  assert.equal(toHex(opStackBytes(known) ?? new Uint8Array(0)), '0xe4ab830100')
  assert.equal(isOfChain(opStackBytes(known), 2_151_908n), true)
})

test('records of bootnodes parse, and encode to the same text', () => {
  assert.equal(vectors.records.length, 8)
  const chains = vectors.records.map((text) => {
    const parsed = parseRecord(text)
    assert.equal(recordToText(parsed), text)
    return decodeOpStackEntry(opStackBytes(parsed) ?? new Uint8Array(0)).chainId
  })
  assert.deepEqual(chains, [84_531n, 84_531n, 420n, 8_453n, 8_453n, 8_453n, 8_453n, 8_453n])
})

test('entries of known chains have the known encoding', () => {
  assert.equal(vectors.opstackEntries.length, 10)
  for (const { chainId, entry, rlp } of vectors.opstackEntries) {
    const bytes = encodeOpStackEntry({ chainId: BigInt(chainId), version: 0n })
    assert.equal(toHex(bytes), entry)
    assert.equal(toHex(encodeRlp(bytes)), rlp)
    assert.deepEqual(decodeOpStackEntry(bytes), { chainId: BigInt(chainId), version: 0n })
  }
})

test('only nodes of the chain and of version 0 are dialed; bytes after the entry are ignored', () => {
  const of = (...bytes: number[]) => isOfChain(Uint8Array.from(bytes), 10n)
  assert.equal(of(10, 0), true)
  assert.equal(of(10, 0, 7), true)
  assert.equal(of(11, 0), false)
  assert.equal(of(10, 1), false)
  assert.equal(of(10), false)
  assert.equal(of(0x80), false)
  assert.equal(isOfChain(undefined, 10n), false)
  const largest = { chainId: 2n ** 64n - 1n, version: 2n ** 64n - 1n }
  assert.deepEqual(decodeOpStackEntry(encodeOpStackEntry(largest)), largest)
  assert.throws(() => encodeOpStackEntry({ ...largest, version: 2n ** 64n }), RangeError)
})

/** Encodes items with a valid signature before them. */
function signed(items: readonly RlpItem[]): Uint8Array {
  return encodeRlp([sign(keccak256(encodeRlp(items)), signerKey), ...items])
}

const text = (value: string) => new TextEncoder().encode(value)
const sequence = Uint8Array.of(1)
const [id, v4, key, publicKey] = [text('id'), text('v4'), text('secp256k1'), publicKeyOf(signerKey)]

test('a minimal record is valid, and the error for a missing or wrong part names the part', () => {
  const decode = (...items: readonly RlpItem[]) => decodeRecord(signed(items))
  assert.equal(decode(sequence, id, v4, key, publicKey).sequence, 1n)
  const refused: readonly (readonly [RegExp, readonly RlpItem[]])[] = [
    [/missing/, []],
    [/missing/, [sequence]],
    [/missing/, [sequence, id, v4]],
    [/identity scheme/, [sequence, id, text('v5'), key, publicKey]],
    [/not in order/, [sequence, key, publicKey, id, v4]],
    [/not in order/, [sequence, id, v4, id, v4, key, publicKey]],
    [/without a value/, [sequence, id, v4, key, publicKey, text('tcp')]],
    [/compressed public key/, [sequence, id, v4, key, publicKey.subarray(1)]],
    [/list, want bytes/, [sequence, id, [], key, publicKey]],
    [/9 bytes, at most 8/, [new Uint8Array(9).fill(1), id, v4, key, publicKey]],
    [/begins with a zero/, [Uint8Array.of(0), id, v4, key, publicKey]],
  ]
  for (const [message, items] of refused)
    assert.throws(() => decode(...items), { name: 'DecodeError', message })
})

test('a wrong signature of any form is refused', () => {
  const items = [sequence, id, v4, key, publicKey]
  const right = sign(keccak256(encodeRlp(items)), signerKey)
  assert.ok(decodeRecord(encodeRlp([right, ...items])))
  const order = toFixedBigEndian(curveOrder, 32)
  const tooLarge = right.slice()
  tooLarge.set(order)
  for (const wrong of [
    right.with(5, (right[5] ?? 0) ^ 1),
    new Uint8Array(64),
    new Uint8Array(64).fill(255),
    tooLarge,
    right.subarray(1),
    Uint8Array.of(...right, 0),
  ])
    assert.throws(() => decodeRecord(encodeRlp([wrong, ...items])), { message: /wrong signature/ })
})

test('a record has at most 300 bytes', () => {
  const withSize = (size: number) =>
    signed([sequence, text('a'), new Uint8Array(size), id, v4, key, publicKey])
  const other = withSize(140).length - 140
  const full = withSize(maxRecordBytes - other)
  assert.equal(full.length, maxRecordBytes)
  assert.ok(decodeRecord(full))
  assert.ok(parseRecord(recordToText(decodeRecord(full))))
  assert.throws(() => decodeRecord(withSize(maxRecordBytes - other + 1)), { message: /301 bytes/ })
  const entries = (size: number) => new Map([['a', new Uint8Array(size)]])
  const make = (size: number) => signRecord({ sequence: 1n, entries: entries(size) }, signerKey)
  assert.equal(encodeRecord(make(maxRecordBytes - other)).length, maxRecordBytes)
  assert.throws(() => make(maxRecordBytes - other + 1), {
    name: 'RangeError',
    message: /301 bytes/,
  })
})

test('text that is not exactly the text of a record is refused', () => {
  const right = recordToText(record)
  for (const wrong of [
    '',
    'enr:',
    right.slice(4),
    `${right}=`,
    `${right}A`,
    right.replace('_', '/'),
    right.replace('AGHb', 'AG b'),
    right.toUpperCase(),
    right.padEnd(405, 'A'),
  ])
    assert.throws(() => parseRecord(wrong), DecodeError, wrong)
  // The last letter has two spare bits.
  assert.throws(() => parseRecord(right.replace(/Y$/u, 'Z')), { message: /spare bits/ })
})

test('an IPv6 endpoint has its own port, or else the port of IPv4; malformed endpoints are absent', () => {
  const ip6 = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
  const of = (entries: readonly [string, RlpItem][]) =>
    signRecord({ sequence: 1n, entries: new Map(entries) }, signerKey)
  const both = of([
    ['ip6', ip6],
    ['tcp', portBytes(80)],
    ['udp6', portBytes(9_003)],
  ])
  assert.deepEqual(ipv6Endpoint(both), { ip: '2001:db8:0:0:0:0:0:1', tcp: 80, udp: 9_003 })
  assert.equal(ipv4Endpoint(both), undefined)
  const odd = of([
    ['ip', Uint8Array.of(1, 2, 3)],
    ['ip6', [ip6]],
  ])
  assert.equal(ipv4Endpoint(odd), undefined)
  assert.equal(ipv6Endpoint(odd), undefined)
  for (const tcp of [new Uint8Array(0), Uint8Array.of(0, 80), Uint8Array.of(1, 2, 3), [sequence]])
    assert.equal(
      ipv4Endpoint(
        of([
          ['ip', Uint8Array.of(1, 2, 3, 4)],
          ['tcp', tcp],
        ]),
      )?.tcp,
      undefined,
    )
  assert.equal(nodeIdOf(both.publicKey).length, 66)
})

test('any signed record decodes to itself, from bytes and from text', () => {
  const name = fc.string({ minLength: 1, maxLength: 8 }).filter((each) => /^[ -~]+$/u.test(each))
  const value: fc.Arbitrary<RlpItem> = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 2 }),
  )
  const entries = fc.array(fc.tuple(name, value), { maxLength: 3 })
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), entries, (number, pairs) => {
      const made = signRecord({ sequence: number, entries: new Map(pairs) }, signerKey)
      assert.deepEqual(decodeRecord(encodeRecord(made)), made)
      assert.deepEqual(parseRecord(recordToText(made)), made)
    }),
    { numRuns: Math.min(numRuns, 20_000) / 10 },
  )
})

test('arbitrary bytes decode to a record with the same encoding, or raise a DecodeError', () => {
  const item = fc.oneof(fc.uint8Array({ maxLength: 6 }), fc.constantFrom(id, v4, key, publicKey))
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.array(item, { maxLength: 8 }),
      (bytes, items) => {
        onlyDecodeErrors(bytes)
        onlyDecodeErrors(encodeRlp([bytes, ...items]))
      },
    ),
    { numRuns },
  )
})

test('arbitrary entries with a valid signature decode to a record, or raise a DecodeError', () => {
  const more = fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 3 })
  fc.assert(
    fc.property(more, more, (before, after) => {
      onlyDecodeErrors(signed([sequence, ...before, id, v4, key, publicKey, ...after]))
    }),
    { numRuns: Math.ceil(numRuns / 10) },
  )
})

test('changed records and texts raise a DecodeError', () => {
  const bytes = encodeRecord(record)
  const letters = recordToText(record)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.string(), (at, byte, inserted) => {
      if (bytes[at] !== byte) assert.throws(() => decodeRecord(bytes.with(at, byte)), DecodeError)
      assert.throws(() => decodeRecord(bytes.subarray(0, at)), DecodeError)
      if (inserted === '') return
      const changed = letters.slice(0, at) + inserted + letters.slice(at + 1)
      if (changed !== letters) assert.throws(() => parseRecord(changed), DecodeError)
    }),
    { numRuns: Math.ceil(Math.min(numRuns, 200_000) / 4) },
  )
})

function onlyDecodeErrors(bytes: Uint8Array): void {
  try {
    assert.deepEqual(encodeRecord(decodeRecord(bytes)), bytes)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
  }
}
