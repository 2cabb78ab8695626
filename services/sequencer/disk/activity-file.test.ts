import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openActivityFile } from './activity-file.ts'

async function pathOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-activity-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'state', 'admin.json')
}

test('if the file does not exist, nothing is loaded, and a write creates the file and its folder', async (t) => {
  const path = await pathOf(t)
  const file = openActivityFile(path)
  assert.equal(await file.load(), undefined)
  await file.store(true)
  assert.equal(await readFile(path, 'utf8'), '{"sequencerStarted":true}')
  assert.equal(await openActivityFile(path).load(), true)
  await file.store(false)
  assert.equal(await file.load(), false)
})

test('after several concurrent writes, the file has the value of the last write', async (t) => {
  const path = await pathOf(t)
  const file = openActivityFile(path)
  await Promise.all([true, false, true, false].map((isStarted) => file.store(isStarted)))
  assert.equal(await openActivityFile(path).load(), false)
})

test('other fields are kept, and nothing is loaded from a file without the field', async (t) => {
  const path = await pathOf(t)
  await openActivityFile(path).store(true)
  await writeFile(path, '{"other":1}')
  const file = openActivityFile(path)
  assert.equal(await file.load(), undefined)
  await file.store(true)
  assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), { other: 1, sequencerStarted: true })
})

for (const [what, text] of [
  ['that is empty', ''],
  ['that is not JSON', 'started'],
  ['with another type', '{"sequencerStarted":"yes"}'],
] as const)
  test(`a file ${what} is refused with its path, so that a stopped sequencer is not started by mistake`, async (t) => {
    const path = await pathOf(t)
    await openActivityFile(path).store(true)
    await writeFile(path, text)
    await assert.rejects(openActivityFile(path).load(), (error: Error) => {
      assert.match(error.message, new RegExp(`invalid-file: ${path}`, 'u'))
      return true
    })
  })
