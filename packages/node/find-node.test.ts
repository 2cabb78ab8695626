import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { statusSettings } from './bus-settings.ts'
import { createNkey } from '#runtime/keys/nkey.ts'
import { readSettings } from '#runtime/settings/settings.ts'
import { leaveBus } from '#test/fakes/bus-folder.ts'
import { findBus } from './find-node.ts'

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-node-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

const dir = '--data-dir'

/** The result of `findBus` for these flags, with paths relative to `folder`. */
async function found(folder: string, ...args: readonly string[]) {
  const { settings } = readSettings(statusSettings, { args, env: {} })
  const { chainId, node, natsUrls, natsSeedFile = '', where } = await findBus(settings)
  const short = (text: string) => text.replace(`${folder}/`, '')
  const key = short(natsSeedFile)
  return { chain: Number(chainId), node, url: natsUrls.join(), key, where: short(where) }
}

const inBus = {
  chain: 10,
  node: 'main',
  url: 'nats://127.0.0.1:1',
  key: 'bus/keys/operator.nkey',
  where: 'from the last start of the server in bus',
}

test('flags for the bus override the values from the folder of the node', async (t) => {
  const folder = newFolder(t)
  await leaveBus(join(folder, 'bus'))
  const key = join(folder, 'own.nk')
  writeFileSync(key, createNkey().seed)
  const [url, seed] = ['--nats-urls', '--nats-seed-file'] as const
  assert.deepEqual(await found(folder, dir, folder), inBus)
  assert.deepEqual(await found(folder, dir, folder, seed, key), { ...inBus, key: 'own.nk' })
  const named = { ...inBus, url: 'nats://127.0.0.1:2', where: 'from --nats-urls' }
  assert.deepEqual(await found(folder, dir, folder, url, named.url), named)
  const all = [dir, '/nowhere', '--chain-id=10', url, named.url, seed, key]
  assert.deepEqual(await found(folder, ...all), { ...named, key: 'own.nk' })
})

test('a bus is found from its own folder, from the folder of its node, and from the folder of a devnet', async (t) => {
  const folder = newFolder(t)
  await leaveBus(join(folder, 'devnet', 'node', 'bus'), { chainId: '904', node: 'b' })
  for (const dataDir of ['devnet/node/bus', 'devnet/node', 'devnet'])
    assert.deepEqual(await found(folder, dir, join(folder, dataDir)), {
      ...inBus,
      chain: 904,
      node: 'b',
      key: 'devnet/node/bus/keys/operator.nkey',
      where: 'from the last start of the server in devnet/node/bus',
    })
})

test('if a folder has several nodes, flags choose a node; without flags, the only running node is chosen', async (t) => {
  const folder = newFolder(t)
  await leaveBus(join(folder, '10', 'bus'))
  await leaveBus(join(folder, '904', 'bus'), { chainId: '904' })
  await leaveBus(join(folder, 'second', 'bus'), { chainId: '904', node: 'second' })
  const find = (...args: readonly string[]) => found(folder, dir, folder, ...args)
  assert.equal((await find('--chain-id=10')).chain, 10)
  assert.equal((await find('--network=op-mainnet')).chain, 10)
  assert.equal((await find('--node=second')).node, 'second')
  for (const args of [[], ['--chain-id=904']])
    await assert.rejects(find(...args), {
      code: 'settings',
      message:
        /several nodes are in .*: choose one with --chain-id, --node or --data-dir\n[^]* node second of chain 904 in .*\/second\/bus$/m,
    })
  await leaveBus(join(folder, '904', 'bus'), { chainId: '904', supervisor: process.pid })
  assert.equal((await find()).chain, 904)
})

test('if the folder does not have the given chain id or name, the error lists the nodes in the folder', async (t) => {
  const folder = newFolder(t)
  await leaveBus(join(folder, 'bus'))
  for (const [flags, message] of [
    [['--chain-id=11'], /--chain-id is 11, but .*atoll-node.* has\n {2}node main of chain 10 in/],
    [['--node=b'], /--node is b, but/],
    [['--chain-id=11', '--network=op-mainnet'], /--chain-id is 11, but op-mainnet is chain 10/],
  ] as const)
    await assert.rejects(found(folder, dir, folder, ...flags), { code: 'settings', message })
})

test('a folder that has no bus, or a bus whose server never started, is an error', async (t) => {
  const folder = newFolder(t)
  await assert.rejects(found(folder, dir, '/nowhere', '--nats-urls', 'nats://127.0.0.1:2'), {
    code: 'no-node',
    message: /no node keeps its bus in \/nowhere/,
  })
  await leaveBus(join(folder, 'bus'), { url: null })
  await assert.rejects(found(folder, dir, folder), { code: 'no-node', message: /has never run/ })
  await leaveBus(join(folder, 'bus'), { url: null, supervisor: process.pid })
  await assert.rejects(found(folder, dir, folder), {
    code: 'no-node',
    message: /10 in .* is starting/,
  })
})

test('if only --nats-urls names a bus, --chain-id or --network is required', async (t) => {
  const folder = newFolder(t)
  const url = '--nats-urls=nats://127.0.0.1:2'
  const message = /give --chain-id or --network: --nats-urls does not say/
  await assert.rejects(found(folder, url), { code: 'settings', message })
  const { chain, node, key } = await found(folder, url, '--network=op-mainnet')
  assert.deepEqual({ chain, node, key }, { chain: 10, node: 'main', key: '' })
})
