import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHash, toHex } from '#protocol/codec/hex.ts'
import { decodeRlp, rlpBytes } from '#protocol/codec/rlp.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { encodeSingularBatch } from '#devnet/batcher/encode/singular-batch.ts'
import type { SingularBatch } from './batch.ts'
import { decodeBatch } from './decode-batch.ts'

interface Vectors {
  readonly cases: readonly {
    readonly batch: {
      readonly parentHash: string
      readonly epochNum: number
      readonly epochHash: string
      readonly timestamp: number
      readonly transactions: readonly string[]
    }
    readonly encoded: string
    readonly channelEntry: string
  }[]
  readonly accepted: readonly { readonly note: string; readonly encoded: string }[]
  readonly rejected: readonly { readonly note: string; readonly encoded: string }[]
}

const vectors = readVectors('singular_batch.json') as Vectors
const rules = { genesisTimestamp: 0n, blockTime: 2n, chainId: 901n, allowsSpanBatches: false }
const decode = (hex: string) => decodeBatch(fromHex(hex), rules)

for (const [at, { batch: plain, encoded, channelEntry }] of vectors.cases.entries()) {
  // Rules: singular-format
  test(`a singular batch decodes, and encodes again: ${at}`, () => {
    const batch: SingularBatch = {
      parentHash: toHash(fromHex(plain.parentHash)),
      epochNumber: BigInt(plain.epochNum),
      epochHash: toHash(fromHex(plain.epochHash)),
      timestamp: BigInt(plain.timestamp),
      transactions: plain.transactions.map(fromHex),
    }
    assert.deepEqual(decode(encoded), { kind: 'singular', batch })
    assert.equal(toHex(encodeSingularBatch(batch)), encoded)
    assert.equal(toHex(rlpBytes(decodeRlp(fromHex(channelEntry)))), encoded)
  })
}

for (const { note, encoded } of vectors.accepted)
  test(note, () => assert.equal(decode(encoded).kind, 'singular'))

for (const { note, encoded } of vectors.rejected)
  // Rules: singular-format
  test(`a batch is refused: ${note}`, () =>
    assert.throws(() => decode(encoded), { name: 'DecodeError' }))
