import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pino } from 'pino'
import { systemClock } from '#runtime/clock.ts'
import { smallGenesis } from '#test/fakes/execution-chain.ts'
import type { Genesis } from './genesis/genesis.ts'
import { startExecutionClient } from './execution-client.ts'

test('a client that fails to start leaves its database file unlocked', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-client-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const start = (genesis: Genesis) =>
    startExecutionClient({
      genesis,
      databaseFile: join(folder, 'chain.sqlite'),
      archive: false,
      engine: { host: '127.0.0.1', port: 0, jwtSecret: new Uint8Array(32) },
      rpc: { host: '127.0.0.1', port: 0, cors: undefined },
      clock: systemClock,
      log: pino({ level: 'silent' }),
    })
  const first = await start(smallGenesis)
  await first.close()
  const { header } = smallGenesis
  const other = { ...smallGenesis, header: { ...header, timestamp: 7n } }
  for (let times = 0; times < 2; times += 1)
    await assert.rejects(start(other), { code: 'genesis-mismatch' })
  const again = await start(smallGenesis)
  await again.close()
})
