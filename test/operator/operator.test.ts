import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeStatus } from '#node/node-status.ts'
import { runAtoll } from '#test/command/run-atoll.ts'
import { endpointsRecord, NodeBehindProxies } from '#test/endpoints/node-behind-proxies.ts'
import type { Misbehave } from '#test/endpoints/proxy.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { replayL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { faults, type OperatorFault } from './faults.ts'

// Causes one fault after another for a node that runs as processes on a real bus. The test reads `atoll status` as an
// operator does.

/** Limit on the time until the status names the cause. */
const namedMs = 5_000

/** Limit on the time from the end of a fault until derivation is at the head of L1. */
const healedMs = 15_000

/** Precision of the start of a wait in the status. */
const sincePrecisionSeconds = 2

interface World {
  readonly node: NodeBehindProxies
  readonly folder: string
  readonly nodeDir: string
}

async function started(t: TestContext, options: { readonly record?: string } = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-operator-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const node = await NodeBehindProxies.start(t, {
    ...options,
    endpoints: 1,
    isInMemory: false,
    folder,
  })
  await node.until('derivation is at the head', () => node.isAtHead, 60_000)
  return { node, folder, nodeDir: join(folder, 'node') }
}

async function readStatus({ nodeDir }: World): Promise<NodeStatus> {
  const args = ['status', '--json', '--chain-id=918', `--data-dir=${nodeDir}`]
  const { out, err } = await runAtoll(args)
  assert.ok(out !== '', err)
  return JSON.parse(out) as NodeStatus
}

/** Waits until the status is as expected. */
async function untilStatus(
  world: World,
  what: string,
  isSo: (status: NodeStatus) => boolean,
): Promise<void> {
  const startMs = performance.now()
  for (;;) {
    const status = await readStatus(world)
    const tookMs = performance.now() - startMs
    if (isSo(status)) return
    const { services, advice } = status
    if (tookMs > namedMs)
      assert.fail(`${what}: not in ${namedMs} ms\n${JSON.stringify({ services, advice }, null, 1)}`)
  }
}

/**
 * Adds blocks to L1 until derivation stops because of the fault.
 *
 * @returns the time at which the last block was added
 */
async function growUntilStuck({ node }: World): Promise<number> {
  for (let blocks = 0; blocks < 20; blocks++) {
    const startMs = performance.now()
    assert.ok(node.grow(), 'the record has no further L1 block')
    await node.wait(1_500)
    if (!node.isAtHead) return startMs
  }
  assert.fail('derivation continues')
}

async function experience(world: World, fault: OperatorFault): Promise<string> {
  const { name, service, cause, advice, misbehave } = fault
  const proxy = fault.proxyOf(world.node)
  if (proxy === undefined) throw new Error('no proxy')
  proxy.misbehave = misbehave
  const brokenMs = performance.now()
  const stuckMs = await growUntilStuck(world)
  // The wait begins after the start of the fault, and at the latest when derivation is stuck. It may begin earlier,
  // since a heartbeat may fail before derivation is stuck.
  const assertSince = (seconds: number, what: string) => {
    const [leastMs, mostMs] = [performance.now() - stuckMs, performance.now() - brokenMs]
    const precisionMs = sincePrecisionSeconds * 1_000
    assert.ok(
      seconds * 1_000 >= leastMs - precisionMs && seconds * 1_000 <= mostMs + precisionMs,
      `${name}: the wait has lasted ${seconds} s, not ${leastMs.toFixed(0)} to ${mostMs.toFixed(0)} ms: ${what}`,
    )
  }
  let line: NodeStatus['services'][number] | undefined
  await untilStatus(world, name, ({ services }) => {
    line = services.find((each) => each.service === service)
    if (!cause.test(line?.waitsFor ?? '')) return false
    assert.match(line?.next ?? '', advice, `${name}: ${line?.waitsFor}`)
    return true
  })
  const lastedMs = performance.now() - stuckMs
  assertSince(line?.waitsSince ?? 0, line?.waitsFor ?? '')
  // Later the wait still has the same start, even if the last failure was a different failure.
  await sleep(2_000)
  line = (await readStatus(world)).services.find((each) => each.service === service)
  assertSince(line?.waitsSince ?? 0, line?.waitsFor ?? '')
  proxy.misbehave = undefined
  const healed = await world.node.until(`${name} is healed`, () => world.node.isAtHead, healedMs)
  return `${name}: named after ${lastedMs.toFixed(0)} ms, healed after ${healed.toFixed(0)} ms`
}

test('an operator sees the cause of each fault within 5 s, and the node continues by itself after the fault', async (t) => {
  const world = await started(t)
  const { node, folder, nodeDir } = world
  for (const fault of faults) t.diagnostic(await experience(world, fault))

  const healed = async (what: string) => {
    node.grow()
    const tookMs = await node.until(what, () => node.isAtHead, 2 * healedMs)
    t.diagnostic(`${what}: at the head after ${tookMs.toFixed(0)} ms`)
  }
  const [rpc] = node.rpcs
  assert.ok(rpc !== undefined)
  rpc.misbehave = await otherChain(t)
  node.grow()
  await untilStatus(world, 'the L1 endpoint belongs to another chain', ({ services }) =>
    services.some(
      ({ waitsFor, next }) =>
        /wrong-chain: .*(?:it has chain id 5|block 0 of L1 \(--l1-rpc-urls\) is)/.test(
          waitsFor ?? '',
        ) && /--l1-rpc-urls/.test(next ?? ''),
    ),
  )
  rpc.misbehave = undefined
  await healed('the L1 endpoint belongs to the right chain again')

  const jwt = join(folder, 'jwt.hex')
  const secret = readFileSync(jwt)
  writeFileSync(jwt, 'not a secret')
  node.kill('engine')
  await untilStatus(world, 'the file of the JWT secret is damaged', ({ advice }) =>
    advice.some((text) =>
      /^engine fails again and again: .*jwt\.hex: it does not hold 32 bytes of hex.* restarts, last \d s ago$/.test(
        text,
      ),
    ),
  )
  writeFileSync(jwt, secret)
  await healed('the file of the JWT secret is whole again')

  for (const [service, file] of [
    ['derivation', 'safe-heads.sqlite'],
    ['da-watcher', 'l1-cache.sqlite'],
  ] as const) {
    const path = join(nodeDir, service, file)
    node.kill(service)
    for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
    writeFileSync(path, randomBytes(20_000))
    await healed(`${file} has random bytes, and ${service} is killed`)
  }
  node.kill('nats-server')
  await healed('the NATS server is killed')
  // A restarted service counts as failing until it has run for ten seconds.
  await sleep(10_000)
  await untilStatus(world, 'all services run', ({ services }) =>
    services.every(({ phase, failing }) => phase === 'running' && failing === null),
  )
  await node.check()
})

test('an operator sees that the batch inbox is wrong, and when the sequencing window ends', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-inbox-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const record = join(folder, 'record')
  cpSync(endpointsRecord, record, { recursive: true })
  // The genesis of the record refers to this file.
  cpSync(join(recordsFolder, 'alloc.json.gz'), join(folder, 'alloc.json.gz'))
  const path = join(record, 'rollup.json')
  const config = JSON.parse(readFileSync(path, 'utf8')) as object
  writeFileSync(path, JSON.stringify({ ...config, batch_inbox_address: `0x${'ab'.repeat(20)}` }))
  const world = await started(t, { record })
  while (world.node.head < 30n) world.node.grow()
  await untilStatus(world, 'the batch inbox is wrong', ({ advice }) =>
    advice.some((text) =>
      /no batch of this chain in L1 blocks 1 to \d+, so the safe head is 0; the batcher posted nothing there; .*from L1 block 81 on .*0xabab\w+ \(batch_inbox_address\)/.test(
        text,
      ),
    ),
  )
})

/** The answers of an endpoint of another L1, with chain id 5 and a lower head. */
async function otherChain(t: TestContext): Promise<Misbehave> {
  const ports = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0 }
  const other = await replayL1(join(recordsFolder, 'all-forks-lagoon'), {
    ...ports,
    clock: systemClock,
  })
  t.after(() => other.close())
  return async ({ body, response }) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(other.rpcUrl, { method: 'POST', headers, body })
    const text = await answer.text()
    response.end(body.includes('eth_chainId') ? text.replace('0x384', '0x5') : text)
  }
}
