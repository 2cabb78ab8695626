import assert from 'node:assert/strict'
import { test } from 'node:test'
import { config as daWatcher } from '#services/da-watcher/config.ts'
import { config as engine } from './config.ts'

// A node gives both the same.
for (const scheme of ['http', 'https', 'ws', 'wss']) {
  test(`the L1 endpoints of da-watcher are the engine's too: ${scheme}`, () => {
    const urls = `${scheme}://l1.example:8545/key`
    for (const { shape } of [daWatcher, engine])
      assert.deepEqual(shape.l1RpcUrls.parse(urls), [urls])
  })
}
