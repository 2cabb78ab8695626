import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { runAtoll } from './run-atoll.ts'

test('a devnet follows a record whose L1 begins above block 0', async () => {
  const record = join(recordsFolder, 'late-genesis')
  const args = ['devnet', '--in-memory', '--json', '--speed=max', '--until=safe=1']
  const { code, out, err } = await runAtoll([...args, '--record', record])
  assert.equal(code, 0, err)
  const { ok, blocks } = JSON.parse(out) as { readonly ok: boolean; readonly blocks: number }
  assert.ok(ok && blocks > 1)
})
