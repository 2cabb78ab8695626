import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockId, hash, l2Ref } from '#test/fakes/values.ts'
import {
  checkedFinality,
  type Finality,
  finalityLookback,
  l1Finalized,
  noFinality,
  recordSafe,
  resetFinality,
  tryFinalize,
} from './finality.ts'

/** `5:50` says that L2 block 50 is the newest safe one at L1 block 5. */
function recorded(text: string): Finality {
  let finality = noFinality
  for (const entry of text.split(' ')) {
    const [l1 = '', l2 = ''] = entry.split(':')
    finality = recordSafe(finality, { l2: l2Ref(BigInt(l2)), derivedFrom: blockId(BigInt(l1)) })
  }
  return finality
}

const entriesOf = ({ derived }: Finality) =>
  derived.map(({ l2, derivedFrom }) => `${derivedFrom.number}:${l2.number}`).join(' ')

/** The number of the L2 block that is promoted when L1 finalizes a block. */
function promoted(finality: Finality, l1: number, heads = { safe: 100, finalized: 1 }): string {
  const { safe, finalized } = heads
  const { check } = tryFinalize(l1Finalized(finality, blockId(l1)), {
    safe: l2Ref(safe),
    finalized: l2Ref(finalized),
    l1Origin: blockId(9),
  })
  return check === undefined ? 'none' : `${check.l2.number}`
}

test('the last L2 block of each L1 block is remembered', () => {
  assert.equal(entriesOf(recorded('5:50 5:51 5:52 7:60')), '5:52 7:60')
  assert.equal(entriesOf(recorded('5:50 4:51')), '5:51')
})

test('of 129 L1 blocks, and not one more', () => {
  const entries = Array.from({ length: finalityLookback + 1 }, (_, at) => `${at + 1}:${at + 1}`)
  assert.equal(recorded(entries.slice(0, -1).join(' ')).derived[0]?.l2.number, 1n)
  const full = recorded(entries.join(' '))
  assert.equal(full.derived.length, finalityLookback)
  assert.equal(full.derived[0]?.l2.number, 2n)
})

test('final is what was derived from a final L1 block', () => {
  const finality = recorded('5:50 7:60 8:70')
  assert.equal(promoted(finality, 4), 'none')
  assert.equal(promoted(finality, 5), '50')
  assert.equal(promoted(finality, 6), '50')
  assert.equal(promoted(finality, 9), '70')
})

test('a promotion goes forward, and not past the safe head', () => {
  const finality = recorded('5:50 7:60 8:70')
  assert.equal(promoted(finality, 6, { safe: 100, finalized: 50 }), 'none')
  assert.equal(promoted(finality, 9, { safe: 65, finalized: 1 }), '60')
})

test('news of an older finalized block is passed over', () => {
  const finality = l1Finalized(recorded('5:50 7:60'), blockId(7))
  assert.equal(l1Finalized(finality, blockId(5)), finality)
  assert.equal(l1Finalized(finality, blockId(7)), finality)
})

test('without news it is tried again after 64 L1 blocks, and not before', () => {
  const heads = { safe: l2Ref(100), finalized: l2Ref(1) }
  const at = (number: number) => ({ ...heads, l1Origin: blockId(number) })
  const first = tryFinalize(l1Finalized(recorded('5:50'), blockId(7)), at(10))
  assert.ok(first.check)
  assert.equal(tryFinalize(first.finality, at(74)).check, undefined)
  assert.ok(tryFinalize(first.finality, at(75)).check)
  assert.ok(tryFinalize(l1Finalized(first.finality, blockId(8)), at(11)).check)
})

test('nothing is promoted while L1 says nothing', () => {
  const heads = { safe: l2Ref(100), finalized: l2Ref(1), l1Origin: blockId(9) }
  assert.equal(tryFinalize(recorded('5:50'), heads).check, undefined)
})

test('both L1 blocks must be canonical, or derivation starts again', () => {
  const check = { l2: l2Ref(50), l1: [blockId(7), blockId(5)] }
  assert.equal(checkedFinality(check, [blockId(7), blockId(5)]), 'finalize')
  const other = { number: 5n, hash: hash(6) }
  assert.equal(checkedFinality(check, [blockId(7), other]), 'reset')
  assert.equal(checkedFinality(check, [undefined, blockId(5)]), 'reset')
})

test('a new start forgets what was derived, not what L1 finalized', () => {
  const finality = resetFinality(l1Finalized(recorded('5:50'), blockId(7)))
  assert.equal(finality.derived.length, 0)
  assert.equal(finality.finalizedL1?.number, 7n)
})
