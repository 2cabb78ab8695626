import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { statusSettings } from './bus-settings.ts'
import { createNkey } from '#runtime/keys/nkey.ts'
import { readSettings } from '#runtime/settings/settings.ts'
import { findBus } from './find-node.ts'
import { busFolder, busUrlFile } from './node-bus.ts'

/** The folder of a stopped node with a bus; `found` returns the bus that `findBus` finds for some settings. */
function keptNode(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-node-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(busFolder(folder))
  writeFileSync(busUrlFile(folder), 'nats://127.0.0.1:1\n')
  const key = join(folder, 'own.nk')
  writeFileSync(key, createNkey().seed)
  const found = async (...args: readonly string[]) => {
    const source = { args: ['--chain-id=10', ...args], env: {} }
    const { settings, given } = readSettings(statusSettings, source)
    const { natsUrls, natsSeedFile = '', where } = await findBus(settings, given)
    return { url: natsUrls.join(), key: natsSeedFile.replace(`${folder}/`, ''), where }
  }
  return { folder, key, found }
}

test('flags for the bus override the values from the folder of the node', async (t) => {
  const { folder, key, found } = keptNode(t)
  const [dir, url, seed] = ['--data-dir', '--nats-urls', '--nats-seed-file'] as const
  const kept = { url: 'nats://127.0.0.1:1', key: 'bus/keys/operator.nkey' }
  const there = `the last address of the node in ${folder}`
  assert.deepEqual(await found(dir, folder), { ...kept, where: there })
  assert.deepEqual(await found(dir, folder, seed, key), { ...kept, key: 'own.nk', where: there })
  const named = { url: 'nats://127.0.0.1:2', where: 'from --nats-urls' }
  assert.deepEqual(await found(dir, folder, url, named.url), { ...kept, ...named })
  const both = [url, named.url, seed, key]
  assert.deepEqual(await found(dir, '/nowhere', ...both), { ...named, key: 'own.nk' })
})

test('a given folder must contain a bus if the folder is needed', async (t) => {
  const { found } = keptNode(t)
  const args = ['--data-dir', '/nowhere', '--nats-urls', 'nats://127.0.0.1:2']
  await assert.rejects(found(...args), { code: 'no-node', message: /no node keeps its bus/ })
})
