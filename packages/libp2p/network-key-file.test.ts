import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadNetworkKey } from './network-key-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-network-key-'))
after(() => rmSync(folder, { recursive: true }))

test('a missing key is created, only its owner can read it, and the next start reads the same key', async () => {
  const path = join(folder, 'deep', 'p2p.hex')
  const key = await loadNetworkKey(path)
  assert.equal(key.length, 32)
  assert.equal(readFileSync(path, 'utf8'), `${Buffer.from(key).toString('hex')}\n`)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(await loadNetworkKey(path), key)
})

test("op-node's key file is read, and the error for a file with other content names the file", async () => {
  const path = join(folder, 'opnode_p2p_priv.txt')
  writeFileSync(path, '01'.repeat(32))
  assert.deepEqual(await loadNetworkKey(path), new Uint8Array(32).fill(1))
  for (const content of ['', '01', '00'.repeat(32), 'ff'.repeat(32)]) {
    writeFileSync(path, content)
    await assert.rejects(loadNetworkKey(path), { code: 'bad-key', message: /opnode_p2p_priv\.txt/ })
    assert.equal(readFileSync(path, 'utf8'), content)
  }
})
