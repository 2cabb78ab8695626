import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainAt, l2Ref } from '#test/fakes/values.ts'
import { ProgressLog } from './progress-log.ts'

function countingLog() {
  const blocks: unknown[] = []
  const log = new ProgressLog({
    info: (fields: object) => void blocks.push('blocks' in fields && fields.blocks),
  })
  return { blocks, log }
}

test('the first line counts the blocks since the start', () => {
  const { blocks, log } = countingLog()
  log.update({ ...chainAt({ generation: 1n, version: 1n }), safe: l2Ref(107) })
  assert.deepEqual(blocks, [7])
})

test('after a reset blocks are counted from the safe head of the reset', () => {
  const { blocks, log } = countingLog()
  log.update({ ...chainAt({ generation: 1n, version: 1n }), safe: l2Ref(107) })
  const start = chainAt({ generation: 2n, version: 1n })
  log.update(start)
  log.update({ ...start, safe: l2Ref(103) })
  assert.deepEqual(blocks, [7, 3])
})

test('a line has the heads and the number of blocks; without progress there is no line', () => {
  const lines: object[] = []
  const log = new ProgressLog({ info: (fields: object) => void lines.push(fields) })
  const first = chainAt({ generation: 1n, version: 1n })
  const second = { ...first, safe: l2Ref(104), unsafe: l2Ref(110) }
  for (const chain of [undefined, first, first]) log.update(chain)
  assert.deepEqual(lines, [])
  log.update(second)
  log.update(second)
  const id = ({ number, hash }: (typeof first)['safe']) => ({ number, hash })
  const { safe, unsafe, finalized } = second
  const { l1Origin } = safe
  assert.deepEqual(lines, [
    {
      safe: id(safe),
      unsafe: id(unsafe),
      finalized: id(finalized),
      l1Origin,
      blocks: 4,
    },
  ])
})
