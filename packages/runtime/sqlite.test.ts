import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeReadOnly } from '#test/fakes/read-only.ts'
import { isUnusableFile, isDiskFailure, openOwnFile, type SqliteFile } from './sqlite.ts'

function newPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-sqlite-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'file.sqlite')
}

function open(path: string, version = 1n): SqliteFile {
  const schema = 'CREATE TABLE numbers (number INTEGER PRIMARY KEY);'
  return openOwnFile(path, { code: 'l1-cache', pragmas: '', schema, version })
}

test('a file is refused if another process uses it, or if another release wrote it', (t) => {
  const path = newPath(t)
  for (let time = 0; time < 2; time++) {
    const file = open(path)
    assert.throws(() => open(path), {
      code: 'l1-cache',
      message: /file\.sqlite: .*locked.* end that/,
    })
    file.close()
  }
  assert.throws(() => open(path, 2n), {
    code: 'l1-cache',
    message: /another release wrote it \(.* 1, .* 2\): .* move the file away/,
  })
})

test('if a transaction throws, it is rolled back, and the next transaction works', () => {
  const file = open(':memory:')
  const add = (number: bigint) => file.run('INSERT INTO numbers VALUES (?)', number)
  assert.throws(() => {
    file.transaction(() => {
      add(1n)
      throw new Error('changed my mind')
    })
  }, /^Error: changed my mind$/)
  assert.throws(() => file.transaction(() => [add(2n), add(2n)]), { code: 'l1-cache' })
  file.transaction(() => add(2n ** 60n))
  assert.deepEqual(
    file.all('SELECT number FROM numbers').map(({ number }) => number),
    [2n ** 60n],
  )
  file.close()
})

test('an invalid database is distinguished from a file that cannot be opened', (t) => {
  const path = newPath(t)
  assert.throws(
    () => open(join(path, 'deeper')),
    (error) => !isUnusableFile(error),
  )
  writeFileSync(path, 'x'.repeat(10_000))
  assert.throws(() => open(path), isUnusableFile)
})

test('a file that was truncated while its write-ahead log was kept counts as invalid, and not as a disk failure', (t) => {
  const path = newPath(t)
  const schema = 'CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT);'
  const openTexts = (at: string) =>
    openOwnFile(at, { code: 'l1-cache', pragmas: '', schema, version: 1n })
  const file = openTexts(path)
  // Most of the text is on later pages than its row. The second row changes the page of the first row, so the
  // write-ahead log has the page of both rows, but not the pages of the text.
  file.run('INSERT INTO texts VALUES (1, ?)', 'x'.repeat(20_000))
  file.run('PRAGMA wal_checkpoint(TRUNCATE)')
  file.run("INSERT INTO texts VALUES (2, 'y')")
  const damaged = `${path}-damaged`
  for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${damaged}${end}`)
  file.close()
  truncateSync(damaged, 8_192)
  const opened = openTexts(damaged)
  t.after(() => opened.close())
  assert.throws(
    () => opened.all('SELECT * FROM texts'),
    (error: Error) => {
      assert.match(error.message, /disk I\/O error$/)
      return isUnusableFile(error) && !isDiskFailure(error)
    },
  )
})

test('on a full disk, a write fails with an error that has the file and the free bytes; when there is room again, a write succeeds', (t) => {
  const file = open(newPath(t))
  const fill = (from: bigint) =>
    file.transaction(() => {
      for (let number = from; number < from + 5_000n; number++)
        file.run('INSERT INTO numbers VALUES (?)', number)
    })
  file.run('PRAGMA max_page_count = 4')
  assert.throws(
    () => fill(0n),
    (error: Error) => {
      assert.match(error.message, /file\.sqlite: .* full; its disk has \d+ bytes free$/)
      return isDiskFailure(error)
    },
  )
  assert.deepEqual(file.all('SELECT * FROM numbers'), [])
  file.run('PRAGMA max_page_count = 1000')
  fill(0n)
  assert.equal(file.all('SELECT * FROM numbers').length, 5_000)
  file.close()
})

test('a read-only file is refused, and opened after it was made writable', (t) => {
  const path = newPath(t)
  open(path).close()
  const heal = makeReadOnly(path)
  if (heal === undefined) return t.skip('root cannot make a file read-only here')
  try {
    assert.throws(() => open(path), isDiskFailure)
  } finally {
    heal()
  }
  open(path).close()
})

test('a missing folder counts as a disk failure, but a locked or broken file does not', (t) => {
  const path = newPath(t)
  assert.throws(() => open(join(path, 'deeper')), isDiskFailure)
  const file = open(path)
  assert.throws(
    () => open(path),
    (error) => !isDiskFailure(error),
  )
  file.close()
  writeFileSync(path, 'x'.repeat(10_000))
  assert.throws(
    () => open(path),
    (error) => isUnusableFile(error) && !isDiskFailure(error),
  )
})
