import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { Address } from '#protocol/primitives.ts'
import { memoryHash } from '#test/fakes/memory-l1.ts'
import {
  type DaWatcherEffect,
  type DaWatcherEvent,
  type DaWatcherState,
  initialState,
  maxRecentHeads,
  step,
  stillMs,
} from './step.ts'

/** A head such as `7a`: its number and its branch; a second branch forks at `fork`. */
function ref(text: string, fork = 0): L1BlockRef {
  const number = BigInt(text.slice(0, -1))
  const branch = text.slice(-1)
  const parentBranch = number - 1n <= BigInt(fork) ? 'a' : branch
  return {
    number,
    hash: memoryHash(number, branch),
    parentHash: memoryHash(number - 1n, parentBranch),
    timestamp: 12n * number,
  }
}

function run(...events: readonly DaWatcherEvent[]): readonly [DaWatcherState, DaWatcherEffect[]] {
  const all: DaWatcherEffect[] = []
  let state = initialState
  for (const event of events) {
    const [next, ...effects] = step(state, event)
    state = next
    all.push(...effects)
  }
  return [state, all]
}

const read = (head: L1BlockRef, nowMs = 0): DaWatcherEvent => {
  return { kind: 'heads-read', heads: { head, safe: undefined, finalized: undefined }, nowMs }
}
const kinds = (effects: readonly DaWatcherEffect[]) => effects.map(({ kind }) => kind)
const depths = (effects: readonly DaWatcherEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'note-reorg' ? [Number(effect.depth)] : []))

test('heads are read once at a time, and again if one was announced meanwhile', () => {
  const tick = { kind: 'tick' } as const
  assert.deepEqual(kinds(run(tick, tick)[1]), ['read-heads'])
  const announced = { kind: 'head-announced' } as const
  const [, effects] = run(tick, announced, announced, read(ref('1a')))
  assert.deepEqual(kinds(effects), [
    'read-heads',
    'go-on',
    'write-heads',
    'read-signer',
    'read-heads',
  ])
})

test('a head that follows, at once or later, is no reorg', () => {
  const heads = ['1a', '2a', '5a', '6a'].map((text) => read(ref(text)))
  assert.deepEqual(depths(run(...heads)[1]), [])
})

test('a reorg has the depth of what it replaced', () => {
  const grown = ['5a', '6a', '7a', '8a'].map((text) => read(ref(text)))
  assert.deepEqual(depths(run(...grown, read(ref('8b', 7)))[1]), [1])
  assert.deepEqual(depths(run(...grown, read(ref('7b', 6)))[1]), [2])
  assert.deepEqual(depths(run(...grown, read(ref('9b', 8)))[1]), [])
  assert.deepEqual(depths(run(...grown, read(ref('6a')))[1]), [2])
  // Where it left the chain is not known: as deep as heads are.
  assert.deepEqual(depths(run(...grown, read(ref('9b', 2)))[1]), [3])
})

test('no more heads are remembered than may be', () => {
  const heads = Array.from({ length: maxRecentHeads + 5 }, (_, at) => read(ref(`${at + 1}a`)))
  const [{ recent }] = run(...heads)
  assert.equal(recent.length, maxRecentHeads)
  assert.equal(recent.at(-1)?.number, BigInt(maxRecentHeads + 5))
})

test('a head that stands still for long is waited for, and not a moment before', () => {
  const waits = (nowMs: number) => run(read(ref('1a'), 0), read(ref('1a'), nowMs))[1].at(-1)
  assert.equal(waits(stillMs - 1)?.kind, 'go-on')
  const wait = waits(stillMs)
  assert.ok(wait?.kind === 'wait' && /no node has a block after 1/.test(wait.reason))
})

test('who signs is read at each head, and stated when it is another', () => {
  const signer = (text: string) => `0x${text.repeat(20)}` as Address
  const told = (at: string, by: string): DaWatcherEvent => {
    return { kind: 'signer-read', at: ref(at), signer: signer(by) }
  }
  const [, effects] = run(
    read(ref('1a')),
    read(ref('2a')),
    told('1a', '51'),
    read(ref('2a')),
    told('2a', '51'),
    read(ref('2a')),
    read(ref('3a')),
    told('3a', '52'),
  )
  const asked = effects.flatMap((effect) => (effect.kind === 'read-signer' ? [effect.at] : []))
  assert.deepEqual(asked, [ref('1a'), ref('2a'), ref('3a')])
  const stated = effects.flatMap((effect) =>
    effect.kind === 'write-system-config' ? [effect.update.unsafeBlockSigner] : [],
  )
  assert.deepEqual(stated, [signer('51'), signer('52')])
})

test('what fails is waited for with its code and words, and asked again at the next tick', () => {
  const tick = { kind: 'tick' } as const
  const failure = { code: 'l1-unavailable', reason: 'no node is left', next: 'in 7 s' } as const
  const [, effects] = run(tick, { kind: 'heads-failed', ...failure }, tick)
  assert.deepEqual(effects, [
    { kind: 'read-heads' },
    { kind: 'wait', for: 'heads', ...failure },
    { kind: 'read-heads' },
  ])
  assert.deepEqual(run({ kind: 'signer-failed', ...failure })[1], [
    { kind: 'wait', for: 'signer', ...failure },
  ])
})
