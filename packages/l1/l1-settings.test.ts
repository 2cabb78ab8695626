import assert from 'node:assert/strict'
import { test } from 'node:test'
import { config as daWatcher } from '#services/da-watcher/config.ts'
import { config as engine } from '#services/engine/config.ts'

for (const scheme of ['http', 'https', 'ws', 'wss']) {
  test(`da-watcher and engine accept L1 endpoints with the scheme ${scheme}`, () => {
    const urls = `${scheme}://l1.example:8545/key`
    for (const { shape } of [daWatcher, engine])
      assert.deepEqual(shape.l1RpcUrls.parse(urls), [urls])
  })
}
