import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { readBuilderKey } from './builder-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-builder-key-'))
after(() => rmSync(folder, { recursive: true }))

/** Secrets of one repeated byte, with the public keys and peer ids that op-rbuilder derives. */
const vectors = [
  {
    secret: '01'.repeat(32),
    publicKey: '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c',
    peerId: '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5',
  },
  {
    secret: '02'.repeat(32),
    publicKey: '8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394',
    peerId: '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq',
  },
]

function fileWith(content: string): string {
  const path = join(folder, 'builder.hex')
  writeFileSync(path, content)
  return path
}

test("op-rbuilder's key files are read, with white space around the key, and the keys have the same peer ids", async () => {
  for (const { secret, publicKey, peerId } of vectors)
    for (const content of [`${secret}${publicKey}`, ` \t${secret}${publicKey.toUpperCase()}\r\n`]) {
      const key = await readBuilderKey(fileWith(content))
      assert.equal(Buffer.from(key).toString('hex'), `${secret}${publicKey}`)
      assert.equal(peerIdFromPrivateKey(privateKeyFromRaw(key)).toString(), peerId)
    }
})

test('the error for a file with other content names the file and the expected form', async () => {
  const [{ secret, publicKey }, other] = vectors as [(typeof vectors)[0], (typeof vectors)[0]]
  const whole = `${secret}${publicKey}`
  const contents = ['', secret, `0x${whole}`, `${whole}00`, `${secret} ${publicKey}`, 'z' + whole]
  for (const content of contents)
    await assert.rejects(readBuilderKey(fileWith(content)), {
      code: 'bad-key',
      message: /builder\.hex does not hold 64 bytes of hex without 0x/,
    })
  await assert.rejects(readBuilderKey(fileWith(`${secret}${other.publicKey}`)), {
    code: 'bad-key',
    message: /the second half of .*builder\.hex is not the public key of the first half/,
  })
})

test('the error for a file that is missing or cannot be read names the file', async () => {
  const missing = join(folder, 'missing.hex')
  await assert.rejects(readBuilderKey(missing), {
    code: 'bad-key',
    message: /missing\.hex is missing/,
  })
  const directory = join(folder, 'directory')
  mkdirSync(directory)
  await assert.rejects(readBuilderKey(directory), {
    code: 'file-refused',
    message: /cannot read .*directory: EISDIR/,
  })
})
