import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { isFault } from '#runtime/fault.ts'
import { isUnusableFile } from '#runtime/sqlite.ts'
import { hash } from '#test/fakes/values.ts'
import { startEmpty, openHistory } from './open-history.ts'

const chainId = 11_155_420n

/** A file of a safe-head history with some entries, and a function that opens it. */
function written(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-history-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'safe-heads.sqlite')
  const warned: string[] = []
  const log = { warn: (_fields: unknown, message?: string) => void warned.push(String(message)) }
  const open = (chain = chainId) => openHistory({ path, chainId: chain, log })
  const history = open()
  for (let number = 1n; number < 500n; number++) {
    const block = { number, hash: hash(number) }
    history.record({ l1: block, safe: block, generation: 1n })
  }
  history.close()
  return { path, log, open, warned }
}

/** Damage to the file by a disk, a power failure or an operator. */
const damages: Readonly<Record<string, (path: string) => void>> = {
  'random bytes': (path) => writeFileSync(path, randomBytes(20_000)),
  'a text': (path) => writeFileSync(path, 'x'.repeat(20_000)),
  'half of its length': (path) => truncateSync(path, readFileSync(path).length / 2),
  'its header only': (path) => truncateSync(path, 100),
}

for (const [what, damage] of Object.entries(damages))
  test(`a history file with ${what} is moved aside, and the history starts empty`, (t) => {
    const { path, log, open, warned } = written(t)
    damage(path)
    const damaged = readFileSync(path)
    let history = open()
    try {
      for (let number = 1n; number < 500n; number++) history.at({ kind: 'l1-number', number })
    } catch (error) {
      // Some damage is found only when derivation reads the file.
      assert.ok(isFault(error, 'safe-head-history') && isUnusableFile(error), String(error))
      history.close()
      startEmpty(error, { path, log })
      history = open()
    }
    assert.equal(history.newest(), undefined)
    const block = { number: 1n, hash: hash(1n) }
    history.record({ l1: block, safe: block, generation: 1n })
    history.close()
    assert.deepEqual(readFileSync(`${path}.unusable`), damaged)
    assert.equal(warned.length, 1)
    assert.match(warned[0] ?? '', /starts empty: the safe heads of L1 blocks derived earlier/)
  })

test('if a history belongs to another chain, it is moved aside', (t) => {
  const { path, open, warned } = written(t)
  const other = open(10n)
  assert.equal(other.newest(), undefined)
  other.close()
  assert.ok(existsSync(`${path}.unusable`))
  assert.equal(warned.length, 1)
  open(10n).close()
  assert.equal(warned.length, 1)
})

test('if the file is missing or empty, the history is new; if another process uses the file, the file is refused', (t) => {
  const { path, open, warned } = written(t)
  rmSync(path)
  open().close()
  writeFileSync(path, '')
  const history = open()
  t.after(() => history.close())
  assert.equal(history.newest(), undefined)
  assert.throws(() => open(), { code: 'safe-head-history', message: /another process has it/ })
  assert.deepEqual(warned, [])
})
