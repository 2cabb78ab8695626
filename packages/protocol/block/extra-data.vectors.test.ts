import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bytes8 } from '#protocol/primitives.ts'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { encodeAttributesExtraData } from '#protocol/derivation/attributes-extra-data.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { decodeExtraData, encodeExtraData } from './extra-data.ts'

interface Case {
  readonly fork: string
  readonly eip1559Params: Bytes8
  readonly canyonDenominator?: number
  readonly elasticity?: number
  readonly minBaseFee?: number
  readonly extraData: string
}

const { cases } = readVectors('eip1559_extra_data.json') as { cases: readonly Case[] }

for (const [at, known] of cases.entries())
  // Rules: extra-data
  test(`extra data ${at}, of ${known.fork}`, () => {
    const eip1559 = {
      denominatorCanyon: BigInt(known.canyonDenominator ?? 0),
      elasticity: BigInt(known.elasticity ?? 0),
    }
    const minBaseFee = known.fork === 'jovian' ? BigInt(known.minBaseFee ?? 0) : undefined
    const { eip1559Params } = known
    const written = encodeAttributesExtraData({ eip1559Params, minBaseFee }, eip1559)
    assert.equal(toHex(written), known.extraData)
    const read = decodeExtraData(fromHex(known.extraData))
    assert.ok(read)
    assert.equal(toHex(encodeExtraData(read)), known.extraData)
  })
