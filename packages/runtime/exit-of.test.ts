import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitOf } from './exit-of.ts'
import { Fault } from './fault.ts'

const system = (code: string) => Object.assign(new Error(code), { code, syscall: 'write' })
const sqlite = (errcode: number) =>
  Object.assign(new Error('sqlite'), { code: 'ERR_SQLITE_ERROR', errcode })

test('a restart may help after a full disk, an I/O error or a lock, but not after a missing permission or a damaged file', () => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'])
    assert.equal(exitOf(new Fault('folder-refused', { cause: system(code) })), undefined, code)
  for (const code of ['EACCES', 'EPERM', 'ENOTDIR'])
    assert.equal(exitOf(new Fault('folder-refused', { cause: system(code) })), 'usage', code)
  // SQLITE_BUSY, SQLITE_IOERR_READ, SQLITE_FULL.
  for (const code of [5, 266, 13])
    assert.equal(exitOf(new Fault('chain-database', { cause: sqlite(code) })), undefined)
  // SQLITE_READONLY, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR_SHORT_READ.
  for (const code of [8, 11, 26, 522])
    assert.equal(exitOf(new Fault('chain-database', { cause: sqlite(code) })), 'usage')
  assert.equal(exitOf(new Fault('no-node')), 'noNode')
})
