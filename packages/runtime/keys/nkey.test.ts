import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { busRoles } from '#messages/services.ts'
import { busKeyFile, createNkey, ensureBusKeys, readNkey } from './nkey.ts'
import { readSecretFile, writeSecretFile } from './secret-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-nkeys-'))
after(() => rmSync(folder, { recursive: true }))

test('a written key can be read again, and only by its owner', async () => {
  const path = join(folder, 'deep', 'down', 'one.nkey')
  const key = createNkey()
  await writeSecretFile(path, key.seed)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(await readNkey(path), key)
})

test('a key is never overwritten', async () => {
  const path = join(folder, 'kept')
  await writeSecretFile(path, 'first')
  await assert.rejects(writeSecretFile(path, 'second'), { code: 'file-exists' })
  assert.equal(await readSecretFile(path), 'first')
})

test('a file that cannot be written or read is reported', async () => {
  await assert.rejects(writeSecretFile(folder, 'x'), { code: 'file-exists' })
  await assert.rejects(writeSecretFile('/dev/null/x', 'x'), { code: 'file-refused' })
  await assert.rejects(readSecretFile(folder), { code: 'file-refused' })
  assert.equal(await readSecretFile(join(folder, 'missing')), undefined)
})

for (const [name, content] of [
  ['nothing', ''],
  ['a public key', createNkey().publicKey],
  ['half a seed', createNkey().seed.slice(0, 30)],
  [
    'a seed with a letter changed',
    createNkey().seed.replace(/(?<=.{20})./, (letter) => (letter === 'A' ? 'B' : 'A')),
  ],
  ['a seed of another kind', createNkey().seed.replace('SU', 'SA')],
] as const) {
  test(`a file that holds ${name} is not a key`, async () => {
    const path = join(folder, 'bad')
    writeFileSync(path, content)
    await assert.rejects(readNkey(path), { code: 'bad-key', message: /atoll keys create nkey/ })
  })
}

test('the bus has one key for each of its users, and only missing keys are created', async () => {
  const bus = join(folder, 'bus')
  const first = await ensureBusKeys(bus)
  assert.deepEqual([...first.keys()], busRoles)
  assert.equal(new Set([...first.values()].map(({ publicKey }) => publicKey)).size, busRoles.length)
  assert.deepEqual(await ensureBusKeys(bus), first)
  rmSync(busKeyFile(bus, 'engine'))
  const third = await ensureBusKeys(bus)
  assert.notEqual(third.get('engine')?.seed, first.get('engine')?.seed)
  assert.equal(third.get('rpc')?.seed, first.get('rpc')?.seed)
  writeFileSync(busKeyFile(bus, 'engine'), 'damaged')
  await assert.rejects(ensureBusKeys(bus), {
    code: 'bad-key',
    message: /engine\.nkey: .*; delete it, and the next start makes a new one/,
  })
  rmSync(busKeyFile(bus, 'engine'))
  await ensureBusKeys(bus)
  assert.equal(readdirSync(bus).length, busRoles.length)
})
