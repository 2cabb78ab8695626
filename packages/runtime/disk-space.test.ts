import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { diskProblems, freeBytes, writeProblem } from './disk-space.ts'

test('a folder is tested by a write, after which no file remains', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-disk-'))
  t.after(() => rmSync(folder, { recursive: true }))
  assert.equal(writeProblem(folder), undefined)
  assert.deepEqual(readdirSync(folder), [])
  const gone = join(folder, 'gone', 'deeper')
  assert.equal(freeBytes(gone), freeBytes(folder))
  assert.match(writeProblem(gone) ?? '', /deeper does not accept writes: ENOENT.* \d+ bytes free$/)
  writeFileSync(join(folder, 'file'), '')
  assert.match(writeProblem(join(folder, 'file')) ?? '', /does not accept writes: ENOTDIR/)
})

test('folders on a disk with room have no problem, and the problem of a missing folder names the folder', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-disk-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const part = join(folder, 'part')
  assert.match(diskProblems([folder, part]).join(), /^.*part does not accept writes: ENOENT/)
  mkdirSync(part)
  assert.deepEqual(diskProblems([folder, part]), [])
})
