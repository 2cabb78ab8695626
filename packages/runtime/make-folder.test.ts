import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { makeFolder } from './make-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-make-'))
after(() => rmSync(folder, { recursive: true }))

test('a folder is created with its parent folders, and an existing folder is accepted', async () => {
  const path = join(folder, 'a', 'b', 'c')
  await makeFolder(path, 0o700)
  assert.equal(statSync(join(folder, 'a')).mode & 0o777, 0o700)
  await makeFolder(path)
  await makeFolder('/')
})

test('a folder that cannot be created is an error', { timeout: 5_000 }, async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await assert.rejects(makeFolder(file), { code: 'EEXIST' })
  await assert.rejects(makeFolder(join(file, 'below')), { code: 'ENOTDIR' })
  // In /proc, mkdir reports a missing folder although the parent folder exists.
  await assert.rejects(makeFolder('/proc/nope'), { code: 'ENOENT' })
  await assert.rejects(makeFolder('/proc/nope/below'), { code: 'ENOENT' })
})
