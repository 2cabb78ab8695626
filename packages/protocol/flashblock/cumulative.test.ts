import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { filledHash, flashblocksOf, samplePayloadId } from '#test/fakes/flashblocks.ts'
import { FlashblockAssembly } from './assembly.ts'
import { type CumulativeOutput, nextOfBlock } from './cumulative.ts'

/** Handles messages of one block in order. */
class Receiver {
  #before: Payload | undefined
  #index = 0

  add(payload: Payload): CumulativeOutput {
    const place = { payloadId: samplePayloadId, index: this.#index, before: this.#before }
    const output = nextOfBlock(payload, place)
    if (output.kind === 'added') {
      this.#before = payload
      this.#index++
    }
    return output
  }
}

/** The whole blocks up to each of the given flashblocks. */
function blocksOf(counts: readonly number[]): readonly Payload[] {
  const assembly = new FlashblockAssembly(samplePayloadId)
  return flashblocksOf(counts).map((flashblock) => {
    assembly.add(flashblock)
    return assembly.payload() ?? assert.fail()
  })
}

const rehashed = (payload: Payload): Payload => ({ ...payload, blockHash: hashPayload(payload) })

test('whole blocks become the flashblocks that they were made of', () => {
  const cumulative = new Receiver()
  const outputs = blocksOf([1, 1, 2]).map((payload) => cumulative.add(payload))
  const flashblocks = outputs.map((output) =>
    output.kind === 'added' ? output.flashblock : assert.fail(output.kind),
  )
  const sent = flashblocksOf([1, 1, 2]).map((flashblock) => ({
    ...flashblock,
    diff: { ...flashblock.diff, postExecTransaction: undefined },
  }))
  assert.deepEqual(flashblocks, sent)
})

test('a lost message costs no transaction: the next index has what both added', () => {
  const [first, , third] = blocksOf([1, 2, 3])
  const cumulative = new Receiver()
  cumulative.add(first ?? assert.fail())
  const output = cumulative.add(third ?? assert.fail())
  assert.equal(output.kind === 'added' && output.flashblock.index, 1)
  assert.equal(output.kind === 'added' && output.flashblock.diff.transactions.length, 5)
})

test('a message that comes again, or late, adds nothing', () => {
  const [first, second, third] = blocksOf([1, 2, 3])
  const cumulative = new Receiver()
  for (const payload of [first, second, third]) cumulative.add(payload ?? assert.fail())
  for (const payload of [third, second, first])
    assert.deepEqual(cumulative.add(payload ?? assert.fail()), { kind: 'repeated' })
})

test('a block that does not go on from the one before is a contradiction', () => {
  const [first, second] = blocksOf([1, 2])
  if (first === undefined || second === undefined) throw new Error('no sample')
  const changes: readonly Partial<Payload>[] = [
    { transactions: second.transactions.toReversed() },
    { prevRandao: filledHash(9) },
    { timestamp: second.timestamp + 1n },
    { extraData: new Uint8Array(9) },
  ]
  for (const change of changes) {
    const cumulative = new Receiver()
    cumulative.add(first)
    assert.deepEqual(cumulative.add(rehashed({ ...second, ...change })), { kind: 'contradicted' })
    assert.equal(cumulative.add(second).kind, 'added')
  }
})
