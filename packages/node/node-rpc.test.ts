import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startL1 } from '#devnet/record-world.ts'
import { systemClock } from '#runtime/clock.ts'
import { NodeOnRecord } from '#test/fakes/node-on-record.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'

const record = join(recordsFolder, 'fork-karst')

const token = '5e'.repeat(32)

test('operators see and control a whole node by JSON-RPC', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-rpc-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const tokenFile = join(folder, 'token.hex')
  writeFileSync(tokenFile, token)
  const port = await freeTcpPort()
  const debugged = new Set<string | undefined>()
  const onLog = (text: string) => {
    const [, service] = /^DEBUG.*\] (\S+): /u.exec(text) ?? []
    debugged.add(service)
  }
  const given = {
    rpcDisable: 'false',
    rpcPort: '0',
    rpcAdminPort: String(port),
    rpcAdminTokenFile: tokenFile,
  }
  const l1 = await startL1({ record, speed: 0, clock: systemClock })
  const options = { record, l1, folder, given, isInMemory: true, logLevel: 'info', onLog }
  const node = await NodeOnRecord.start(options)
  try {
    const ask = async <Result>(method: string, ...params: readonly unknown[]) => {
      const response = await fetch(`http://127.0.0.1:${port}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
      const { result, error } = (await response.json()) as { result: Result; error?: object }
      assert.equal(error, undefined, method)
      return result
    }
    await node.until('a safe block', () => node.safe >= 20n)
    assert.equal(await ask('admin_setLogLevel', 'debug'), null)
    const { safe_l2: safe } = await ask<{ safe_l2: { number: number } }>('optimism_syncStatus')
    assert.ok(safe.number >= 20)
    const at = `0x${safe.number.toString(16)}`
    const { blockRef } = await ask<{ blockRef: { l1origin: { number: number } } }>(
      'optimism_outputAtBlock',
      at,
    )
    const { safeHead } = await ask<{ safeHead: { number: number } }>(
      'optimism_safeHeadAtL1Block',
      '0xffffffff',
    )
    assert.ok(safeHead.number >= safe.number && blockRef.l1origin.number > 0)
    const generation = node.view.chain?.generation ?? assert.fail()
    assert.equal(await ask('admin_resetDerivationPipeline'), null)
    await node.until('a new generation', () => (node.view.chain?.generation ?? 0n) > generation)
    const last = node.safe + 5n
    await node.until('more safe blocks', () => node.safe >= last)
    await node.until('derivation logs in detail', () => debugged.has('derivation'))
  } finally {
    await node.close()
  }
})
