import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readHexKey } from './hex-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-hex-key-'))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'key')
const digits = '0123456789abcdef'.repeat(4)

for (const [name, content] of [
  ['bare', digits],
  ['with 0x', `0x${digits}`],
  ['with 0X and capitals', `0X${digits.toUpperCase()}`],
  ['with white space around it', ` \t${digits}\r\n\n`],
] as const) {
  test(`a key is read ${name}`, async () => {
    writeFileSync(path, content)
    assert.equal(await readHexKey(path), digits)
  })
}

for (const [name, content] of [
  ['nothing', ''],
  ['a digit too few', digits.slice(1)],
  ['a digit too many', `${digits}0`],
  ['a letter that is not a digit', digits.replace('f', 'g')],
  ['white space within', `${digits.slice(0, 32)} ${digits.slice(32)}`],
] as const) {
  test(`a file that holds ${name} is not a key`, async () => {
    writeFileSync(path, content)
    await assert.rejects(readHexKey(path), { code: 'bad-key' })
  })
}

test('a missing key is reported', async () => {
  await assert.rejects(readHexKey(join(folder, 'none')), { code: 'bad-key', message: /is missing/ })
})
