import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runNode } from './run-node.ts'

test('a node in one process fails with the mistakes in the settings of its services', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'atoll-node-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const jwtSecretFile = join(dataDir, 'jwt.hex')
  writeFileSync(jwtSecretFile, '11'.repeat(32))
  const url = 'http://127.0.0.1:1'
  const said: string[] = []
  const node = await runNode({
    chainId: 10n,
    node: 'main',
    dataDir,
    natsServer: undefined,
    natsPort: 0,
    isInMemory: true,
    health: { host: '127.0.0.1', port: 0 },
    given: {
      network: 'op-mainnet',
      l1RpcUrls: url,
      engineUrl: url,
      jwtSecretFile,
      logLevel: 'loud',
    },
    report: (what) => said.push(what),
  })
  t.after(() => node.stop())
  await assert.rejects(node.failed, { code: 'settings', message: /ended with 2/ })
  assert.match(said.join('\n'), /is "loud"\n.*one of error, warn, info, debug/)
})
