import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import { isFault } from '#runtime/fault.ts'
import { testRollup } from '#test/fakes/test-rollup.ts'
import { hash } from '#test/fakes/values.ts'
import { genesisPayload } from '#test/verifier/stand-in-chain.ts'
import { StandInClient } from '#test/verifier/stand-in-client.ts'

const genesis = genesisPayload(testRollup)
/** Two chains of two blocks each, both on the genesis. */
const [one, two] = [block(1, genesis), block(2, block(1, genesis))]
const [otherOne, otherTwo] = [block(11, genesis), block(12, block(11, genesis))]

let client: StandInClient

beforeEach(() => {
  client = new StandInClient({ config: testRollup, refuseBelow: 0 })
  for (const payload of [one, two, otherOne, otherTwo]) client.newPayload(payload)
})

test('the head does not leave the chain of the finalized block', () => {
  forkchoice(two, one)
  assert.throws(() => forkchoice(otherTwo, one), isForkchoiceFault)
  assert.throws(() => forkchoice(otherTwo, undefined), isForkchoiceFault)
})

test('if the finalized label went back, the head may leave the chain of the finalized block, but other blocks cannot be finalized', () => {
  forkchoice(two, one)
  forkchoice(two, genesis)
  forkchoice(otherTwo, genesis)
  assert.throws(() => forkchoice(otherTwo, otherOne), isForkchoiceFault)
  assert.throws(() => forkchoice(otherTwo, otherTwo), isForkchoiceFault)
  forkchoice(two, two)
  assert.equal(client.labelled('finalized'), two)
})

function forkchoice(head: Payload, finalized: Payload | undefined): void {
  client.forkchoice({ head: head.blockHash, safe: undefined, finalized: finalized?.blockHash })
}

const isForkchoiceFault = (error: unknown) => isFault(error) && error.code === 'engine-forkchoice'

function block(at: number, parent: Payload): Payload {
  return {
    ...genesis,
    number: parent.number + 1n,
    parentHash: parent.blockHash,
    blockHash: hash(at),
  }
}
