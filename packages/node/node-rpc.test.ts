import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { startL1 } from '#devnet/record-world.ts'
import { systemClock } from '#runtime/clock.ts'
import type { OnLog } from '#runtime/log.ts'
import { NodeOnRecord } from '#test/fakes/node-on-record.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'

const record = join(recordsFolder, 'fork-karst')

const token = '5e'.repeat(32)

/**
 * Starts an in-memory node that follows a recorded chain. Returns the node, and a function that calls one of its
 * methods.
 */
async function startNode(
  t: TestContext,
  { given, onLog }: { readonly given?: Record<string, string>; readonly onLog?: OnLog },
) {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-rpc-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const tokenFile = join(folder, 'token.hex')
  writeFileSync(tokenFile, token)
  const port = await freeTcpPort()
  const l1 = await startL1({ record, speed: 0, clock: systemClock })
  const node = await NodeOnRecord.start({
    record,
    l1,
    folder,
    given: {
      rpcDisable: 'false',
      rpcPort: '0',
      rpcAdminPort: String(port),
      rpcAdminTokenFile: tokenFile,
      ...given,
    },
    isInMemory: true,
    logLevel: 'info',
    onLog,
  })
  const call = async (method: string, ...params: readonly unknown[]) => {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    return (await response.json()) as { result: unknown; error?: { readonly message: string } }
  }
  return { node, call }
}

test('operators read the status of a node and control the node by JSON-RPC', async (t) => {
  const debugged = new Set<string | undefined>()
  const onLog = (text: string) => {
    const [, service] = /^DEBUG.*\] (\S+): /u.exec(text) ?? []
    debugged.add(service)
  }
  const { node, call } = await startNode(t, { onLog })
  const ask = async <Result>(method: string, ...params: readonly unknown[]) => {
    const { result, error } = await call(method, ...params)
    assert.equal(error, undefined, method)
    return result as Result
  }
  try {
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

test('the admin methods of a node reach its service `sequencer`', async (t) => {
  const given = { sequencerEnabled: 'true', sequencerStopped: 'true' }
  const { node, call } = await startNode(t, { given, onLog: () => undefined })
  try {
    await node.until('a safe block', () => node.safe >= 20n)
    assert.equal((await call('admin_sequencerActive')).result, false)
    assert.equal((await call('admin_conductorEnabled')).result, false)
    const stopped = await call('admin_stopSequencer')
    assert.equal(stopped.error?.message, 'sequencer not running')
    const wrong = `0x${'11'.repeat(32)}`
    const started = await call('admin_startSequencer', wrong)
    assert.match(
      started.error?.message ?? '',
      new RegExp(`^block hash does not match: head 0x[0-9a-f]{64}:\\d+, received ${wrong}$`),
    )
    const { services } = node.view
    await node.until('a status', () => services.get('sequencer')?.progress === 'stopped')
  } finally {
    await node.close()
  }
})
