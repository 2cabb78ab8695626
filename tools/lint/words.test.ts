import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { wordToAvoid } from './words.ts'

// Lint reads only sources. This test reads the docs and the comments of the message schema for words to avoid.

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The words to avoid in a text, with their lines. Code in backquotes may have any words. */
function wordsIn(text: string): readonly string[] {
  return text.split('\n').flatMap((line, at) => {
    const word = wordToAvoid(line.replaceAll(/`[^`]*`/g, ''))
    return word === undefined ? [] : [`${at + 1}: "${word.found}": use ${word.instead}`]
  })
}

const avoided = ['left', 'out'].join(' ')

test('a word to avoid is found in prose, and not in code', () => {
  assert.equal(wordsIn(`# Title\nA block that is ${avoided}.`).length, 1)
  assert.deepEqual(wordsIn(`Run \`atoll ${avoided}\`.`), [])
})

test('docs and messages have no words to avoid', () => {
  const listed = execFileSync('git', ['ls-files', '*.md', '*.proto'], {
    cwd: root,
    encoding: 'utf8',
  })
  const paths = listed.trim().split('\n')
  assert.ok(paths.length > 20)
  const found = paths.flatMap((path) =>
    wordsIn(readFileSync(`${root}${path}`, 'utf8')).map((word) => `${path}:${word}`),
  )
  assert.deepEqual(found, [])
})
