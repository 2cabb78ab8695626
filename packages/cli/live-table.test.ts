import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeView } from '#node/node-view.ts'
import { shownView, viewLines } from '#node/view-lines.ts'
import { chainAt, l2Ref } from '#test/fakes/values.ts'
import { LiveTable } from './live-table.ts'

/** A terminal that supports what a table uses: line ends, moving the cursor up, and erasing the lines below it. */
class Screen {
  readonly isTTY = true
  readonly columns = 80
  lines: string[] = []

  write(text: string): boolean {
    // eslint-disable-next-line no-control-regex -- the codes of a terminal
    for (const [part, up] of text.matchAll(/\u001B\[(\d+)A\u001B\[J|[^\u001B]+/gu)) {
      if (up === undefined) this.lines.push(...part.replace(/\n$/u, '').split('\n'))
      else this.lines = this.lines.slice(0, -Number(up))
    }
    return true
  }
}

const viewAt = (number: number): NodeView => {
  const head = l2Ref(number)
  const chain = { ...chainAt({ generation: 1n, version: 1n }), unsafe: head, safe: head }
  return { chain, l1: undefined, targets: undefined, services: new Map() }
}

test('an error of a service is written above the table with its stack, and the table is drawn again immediately', () => {
  const screen = new Screen()
  const table = new LiveTable({ isShown: true, output: screen })
  assert.ok(table.mixesWith({ isTTY: true }))
  // The log goes to a file.
  assert.ok(!table.mixesWith({ isTTY: false }))
  table.show(shownView(viewAt(1)))
  assert.deepEqual(screen.lines, viewLines(viewAt(1), 80))
  const long = `ERROR[06-15|12:34:56.789] engine: the service failed error="${'word '.repeat(20)}"`
  table.say(`${long}\n    at step (step.ts:1:1)\n`)
  table.say('WARN [06-15|12:34:57.000] node: engine ended')
  const above = screen.lines.slice(0, -viewLines(viewAt(1), 80).length)
  assert.deepEqual(screen.lines.slice(above.length), viewLines(viewAt(1), 80))
  assert.equal(above.length, 5)
  assert.ok(above.every((line) => line.length <= 80))
  assert.equal(above.join('\n').replaceAll(/\s+/gu, ' ').includes(long.slice(0, 100)), true)
  table.show(shownView(viewAt(2)))
  table.end()
  assert.deepEqual(screen.lines, [...above, ...viewLines(viewAt(2), 80)])
  table.say('at the end')
  assert.equal(screen.lines.at(-1), 'at the end')
})

test('if the output is not a terminal, progress lines are written, and other lines may be written between them', () => {
  const texts: string[] = []
  const output = {
    isTTY: false,
    columns: 0,
    write: (text: string) => texts.push(text) > 0,
  }
  const table = new LiveTable({ isShown: true, output })
  assert.ok(!table.mixesWith({ isTTY: true }))
  table.show(shownView(viewAt(1)))
  table.say('a line')
  assert.deepEqual(texts, ['L1 –  L2 unsafe 1 safe 1 finalized 100\n', 'a line\n'])
})
