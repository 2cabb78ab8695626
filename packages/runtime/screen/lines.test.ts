import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cut, widthOf, wrap, wrapWidthOf } from './lines.ts'
import { shortBlock } from './short-block.ts'

const wrapped = (text: string, width: number, indent = 0) => wrap(text, { width, indent }).join('|')

test('a text is wrapped at spaces, and each line but the first is indented', () => {
  assert.equal(wrapped('to be or not', 12), 'to be or not')
  assert.equal(wrapped('to be or not', 11), 'to be or|not')
  assert.equal(wrapped('to be or not', 6, 2), 'to be|  or|  not')
  assert.equal(wrapped('  to be or', 7, 4), '  to be|    or')
})

test('a word longer than a line is not split', () => {
  assert.equal(wrapped('in /var/lib/atoll now', 8, 2), 'in|  /var/lib/atoll|  now')
  assert.equal(wrapped('/var/lib/atoll', 8), '/var/lib/atoll')
  assert.equal(wrapped('  /var/lib/atoll', 8), '  /var/lib/atoll')
})

test('a text is cut at a space, so that no number loses digits', () => {
  assert.equal(cut('a=1 b=234', 9), 'a=1 b=234')
  assert.equal(cut('a=1 b=234 c=5', 11), 'a=1 b=234 …')
  assert.equal(cut('a=1 b=234 c=5', 10), 'a=1 …')
})

test('a terminal that reports no size counts as 80 columns wide, and so does an output that is not a terminal', () => {
  assert.equal(widthOf({ isTTY: true, columns: 120 }), 120)
  assert.equal(widthOf({ isTTY: true, columns: 0 }), 80)
  assert.equal(widthOf({ columns: 120 }), 80)
})

test('sentences are wrapped on a terminal only', () => {
  assert.equal(wrapWidthOf({ isTTY: true, columns: 60 }), 60)
  assert.equal(wrapWidthOf({ columns: 60 }), Infinity)
  assert.equal(wrapped('to be or not', Infinity), 'to be or not')
})

test('a block is shown by its number and the ends of its hash', () => {
  const hash = '0xc11574ae70a3422292c24c3a024139750789551c1051ebee37a69fe0978121fd'
  assert.equal(shortBlock({ number: 144n, hash }), '144:0xc115…fd')
})
