import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { readRecord } from '#test/fakes/recorded-chain.ts'
import { openSealedFile, sealedFileName } from './sealed-file.ts'

const log = pino({ level: 'silent' })

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-sealed-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function blocks() {
  const { l2 } = await readRecord('fork-jovian')
  return l2.slice(1, 3).map(({ block }) => block)
}

test('the last stored block is loaded, as it was', async (t) => {
  const folder = await folderOf(t)
  const [first, second] = await blocks()
  assert.ok(first && second)
  const file = openSealedFile(join(folder, 'data'), log)
  assert.equal(await file.load(), undefined)
  await file.store(first)
  await file.store(second)
  assert.deepEqual(await openSealedFile(join(folder, 'data'), log).load(), second)
})

test('a damaged file is not used: a truncated file, random bytes, or another transaction in the block', async (t) => {
  const folder = await folderOf(t)
  const [first] = await blocks()
  assert.ok(first)
  const file = openSealedFile(folder, log)
  await file.store(first)
  const path = join(folder, sealedFileName)
  const bytes = await readFile(path)
  await writeFile(path, bytes.subarray(0, bytes.length / 2))
  assert.equal(await file.load(), undefined)
  await writeFile(
    path,
    bytes.map((byte, at) => (at % 7 === 0 ? 255 - byte : byte)),
  )
  assert.equal(await file.load(), undefined)
  await file.store({ ...first, transactions: [...first.transactions, new Uint8Array([1])] })
  assert.equal(await file.load(), undefined)
})
