import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test, type TestContext } from 'node:test'
import { compareChain } from '#devnet/compare-chain.ts'
import { startClient } from '#devnet/record-world.ts'
import { startRecordedNode } from '#devnet/recorded-node.ts'
import { nodeDiskProblems } from '#node/find-node.ts'
import { replayL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { pause } from './conformance/raw-client.ts'
import { keepFull, mountTmpfs, unmount } from './tmpfs.ts'

// A whole node whose stores fail one after the other: full disk, read-only folders, deleted files.

/** How long each failure lasts. Longer than a lease, so that all services lose theirs. */
const failureMs = Number(process.env['ATOLL_DISK_SECONDS'] ?? 20) * 1_000

/** Time within which the safe head moves again once the cause is gone. */
const healMs = 15_000

const record = join(recordsFolder, 'bad-data-karst')

/** A folder on a small disk; undefined, and the test skipped with the reason, if it cannot be mounted. */
async function smallDisk(t: TestContext, options: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-disk-'))
  const problem = mountTmpfs(folder, options)
  t.after(async () => {
    if (problem === undefined) unmount(folder)
    await rm(folder, { recursive: true, force: true })
  })
  if (problem === undefined) return folder
  t.skip(`a small disk cannot be mounted here: ${problem}`)
  return undefined
}

/** A node on a disk, with its execution client on the same disk, and an L1 that grows. */
async function startNode(t: TestContext, folder: string) {
  const [host, port] = ['127.0.0.1', 0] as const
  const growth = { speed: 4, reorgs: [], safeLag: 4n, finalizedLag: 8n }
  const l1 = await replayL1(record, {
    host,
    rpcPort: port,
    beaconPort: port,
    clock: systemClock,
    growth,
  })
  const jwtSecret = randomBytes(32)
  const client = await startClient({ record, clock: systemClock }, folder, jwtSecret)
  const { engineUrl, rpcUrl } = client
  const reports: string[] = []
  const recorded = await startRecordedNode({
    record,
    folder,
    l1,
    engineUrl,
    jwtSecret,
    natsServer: process.env['ATOLL_NATS_SERVER'],
    logLevel: 'error',
    report: (what) => reports.push(what),
    onChange: () => undefined,
  })
  let failure: unknown
  recorded.failed.catch((error: unknown) => void (failure = error))
  t.after(async () => {
    await recorded.close()
    await client.close()
    await l1.close()
  })
  const { node, viewer } = recorded
  const safe = () => viewer.view.chain?.safe.number ?? 0n
  const until = async (what: string, isSo: () => boolean, timeoutMs = healMs) => {
    const startedMs = performance.now()
    while (!isSo()) {
      if (performance.now() - startedMs > timeoutMs)
        assert.fail(
          `${what}: not in ${timeoutMs} ms; safe is ${safe()}\n${reports.slice(-9).join('\n')}`,
        )
      assert.equal(failure, undefined)
      await pause(20)
    }
    return performance.now() - startedMs
  }
  /** Waits until the safe head moves, and reports after which time. */
  const movesAgain = async (after: string) => {
    const before = safe()
    const tookMs = await until(after, () => safe() > before)
    t.diagnostic(`${after}: the safe head moves after ${tookMs.toFixed(0)} ms`)
  }
  const kill = (name: 'derivation' | 'da-watcher' | 'nats-server') => {
    const pid = name === 'nats-server' ? node.bus.serverPid() : node.pidOf(name)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  }
  const waitOf = (name: 'derivation') => viewer.view.services.get(name)?.wait?.what ?? ''
  const noticesOf = (name: 'da-watcher') => viewer.view.services.get(name)?.notices.join() ?? ''
  return {
    nodeDir: join(folder, 'node'),
    rpcUrl,
    reports,
    safe,
    until,
    movesAgain,
    kill,
    waitOf,
    noticesOf,
  }
}

test('a node goes on by itself after each failure of its stores', async (t) => {
  const disk = await smallDisk(t, 'size=48m')
  if (disk === undefined) return
  const { nodeDir, rpcUrl, reports, safe, until, movesAgain, kill, waitOf, noticesOf } =
    await startNode(t, disk)
  await until('the first blocks', () => safe() > 6n, 60_000)

  const makeRoom = keepFull(disk)
  await until('the node names the disk', () =>
    /cannot store .* 0 bytes free/u.test(reports.join('\n')),
  )
  const problems = nodeDiskProblems(nodeDir)
  assert.equal(problems.length, 1)
  assert.match(problems.join(), new RegExp(`^${nodeDir}: its disk has only 0 bytes free$`, 'u'))
  await pause(failureMs)
  makeRoom()
  await movesAgain('full disk')

  const folders = {
    derivation: join(nodeDir, 'derivation'),
    'da-watcher': join(nodeDir, 'da-watcher'),
  }
  for (const folder of Object.values(folders)) assert.equal(mountTmpfs(folder, 'ro'), undefined)
  kill('derivation')
  kill('da-watcher')
  await until('derivation names its file', () =>
    /safe-heads\.sqlite: .* bytes free|derivation'.*read-only/u.test(waitOf('derivation')),
  )
  await until('da-watcher names its file', () =>
    /l1-cache\.sqlite: .* bytes free/u.test(noticesOf('da-watcher')),
  )
  await pause(failureMs)
  for (const folder of Object.values(folders)) unmount(folder)
  await movesAgain('read-only folders of services')

  const bus = join(nodeDir, 'bus')
  assert.equal(mountTmpfs(bus, 'ro'), undefined)
  kill('nats-server')
  await until('the node names the folder', () =>
    /does not start: EROFS.*bus/u.test(reports.join('\n')),
  )
  await pause(failureMs)
  unmount(bus)
  await movesAgain('read-only folder of the bus')

  await rm(join(bus, 'store'), { recursive: true })
  for (const folder of Object.values(folders)) await rm(folder, { recursive: true })
  await pause(failureMs)
  await movesAgain('deleted stores')
  for (const name of ['nats-server', 'derivation', 'da-watcher'] as const) kill(name)
  await movesAgain('restart after deleted stores')

  const compared = { last: safe(), clock: systemClock, signal: t.signal }
  const { equal, blocks } = await compareChain(record, rpcUrl, compared)
  assert.equal(equal, blocks)
})

test('a log on a full disk is written again when there is room, and says how many lines are missing', async (t) => {
  const disk = await smallDisk(t, 'size=1m')
  if (disk === undefined) return
  mkdirSync(join(disk, 'logs'))
  const file = join(disk, 'logs', 'log.txt')
  const output = openSync(file, 'a')
  const log = fileURLToPath(import.meta.resolve('#runtime/log.ts'))
  const program = `
    import { createLog } from ${JSON.stringify(log)}
    const log = createLog({ logLevel: 'info', logFormat: 'json', fields: { service: 'test' } })
    let line = 0
    setInterval(() => log.info({ line: line++ }, 'x'.repeat(4_000)), 10)`
  const args = ['--input-type=module', '--eval', program]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', output, 'inherit'],
  })
  closeSync(output)
  t.after(() => child.kill('SIGKILL'))
  const written = () => readFileSync(file, 'utf8')
  while (!written().includes('"line":3,')) await pause(20)
  const makeRoom = keepFull(disk)
  await pause(1_000)
  makeRoom()
  await pause(500)
  assert.equal(child.exitCode, null)
  assert.match(written(), /"lines":\d+,"msg":"log lines were lost while the disk failed"/)
})
