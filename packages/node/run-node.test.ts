import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type NodeOptions, runNode, type RunningNode } from './run-node.ts'

/** A node in one process that reaches neither L1 nor an execution client. */
async function start(t: TestContext, options: Partial<NodeOptions>): Promise<RunningNode> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atoll-node-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const jwtSecretFile = join(dataDir, 'jwt.hex')
  writeFileSync(jwtSecretFile, '11'.repeat(32))
  const url = 'http://127.0.0.1:1'
  const { given, ...others } = options
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
      p2pListenIp: '127.0.0.1',
      p2pListenTcp: '0',
      p2pDiscovery: 'false',
      rpcPort: '0',
      ...given,
    },
    report: () => undefined,
    ...others,
  })
  t.after(() => node.stop())
  return node
}

test('the caller of a node in one process can receive the logs of its services', async (t) => {
  const all = Promise.withResolvers<undefined>()
  const running = new Set<string | undefined>()
  const onLog = (text: string) => {
    assert.ok(text.endsWith('\n'))
    const [, service] = /^INFO .*\] (\S+): running /u.exec(text) ?? []
    if (service !== undefined && running.add(service).size === 4) all.resolve(undefined)
  }
  await start(t, { given: { logFormat: 'text', logLevel: 'info' }, onLog })
  await all.promise
})

test('a node in one process fails with the mistakes in the settings of its services', async (t) => {
  const said: string[] = []
  const report = (what: string) => void said.push(what)
  const node = await start(t, { given: { logLevel: 'loud' }, report })
  await assert.rejects(node.failed, { code: 'settings', message: /ended with 2/ })
  assert.match(said.join('\n'), /is "loud"\n.*one of error, warn, info, debug/)
})

test('a node without gossip has no folder and no process for gossip', async (t) => {
  const said: string[] = []
  const onLog = (text: string) => void said.push(text)
  const all = Promise.withResolvers<undefined>()
  const given = { logFormat: 'text', logLevel: 'info', p2pDisable: 'true', rpcDisable: 'true' }
  await start(t, {
    given,
    onLog: (text) => {
      onLog(text)
      if (said.filter((line) => line.includes('running')).length === 3) all.resolve(undefined)
    },
  })
  await all.promise
  assert.ok(!said.some((line) => line.includes('gossip')))
})

test('a node runs an enabled sequencer, and warns if gossip has no key to sign blocks', async (t) => {
  const said: string[] = []
  const runs = Promise.withResolvers<undefined>()
  await start(t, {
    given: { logFormat: 'text', logLevel: 'info', rpcDisable: 'true', sequencerEnabled: 'true' },
    report: (what, level = 'info') => void said.push(`${level} ${what}`),
    onLog: (text) => {
      if (text.includes('] sequencer: running ')) runs.resolve(undefined)
    },
  })
  await runs.promise
  assert.deepEqual(
    said.filter((line) => line.startsWith('warn ')).map((line) => line.slice(0, 58)),
    ['warn the blocks of the sequencer will not reach peers: gos'],
  )
})
