import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { firstLineOf } from '#test/fakes/record-lines.ts'
import { BlobCommitments } from './blob-commitments.ts'

const line = (await firstLineOf('fork-ecotone', 'l1.ndjson', (json) => {
  return ((json as { blobs?: unknown[] }).blobs ?? []).length > 0
})) as { blobs: { versionedHash: string; blob: string }[] }
const commitments = new BlobCommitments()
const [{ versionedHash, blob }] = line.blobs as [(typeof line.blobs)[0]]

test('a blob has the versioned hash in its transaction, even if the blob is a view of a larger buffer', async () => {
  const bytes = fromHex(blob)
  const larger = new Uint8Array(bytes.length + 64)
  larger.set(bytes, 32)
  const hashes = await Promise.all([
    commitments.versionedHash(bytes),
    commitments.versionedHash(larger.subarray(32, 32 + bytes.length)),
  ])
  assert.deepEqual(hashes, [versionedHash, versionedHash])
  assert.equal(toHex(bytes), blob)
})

test('bytes that do not have the length of a blob, or have an element outside the field, have no versioned hash', async () => {
  const bytes = fromHex(blob)
  assert.equal(await commitments.versionedHash(bytes.subarray(1)), undefined)
  assert.equal(await commitments.versionedHash(new Uint8Array(bytes.length).fill(255)), undefined)
})

test('while a commitment is computed, the calling thread is not blocked', async () => {
  let turns = 0
  const count = setInterval(() => turns++, 1)
  await Promise.all(Array.from({ length: 4 }, () => commitments.versionedHash(fromHex(blob))))
  clearInterval(count)
  assert.ok(turns > 10, String(turns))
})

test(
  'a process that exits during the setup of a thread ends immediately, with its exit code',
  { timeout: 20_000 },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'atoll-setup-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'ends.mjs')
    const urlOf = (path: string) => new URL(path, import.meta.url).href
    const script = `
    import { BlobCommitments } from '${urlOf('blob-commitments.ts')}'
    import { endProcess } from '${urlOf('../runtime/end-process.ts')}'
    new BlobCommitments().prepare()
    setTimeout(() => { console.log('ends'); endProcess(3) }, 700)`
    writeFileSync(file, script)
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    const startedMs = performance.now()
    assert.deepEqual(await ended, [3, null])
    // The setup takes 2 s without other work on the machine.
    assert.ok(performance.now() - startedMs < 1_000)
  },
)
