import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test, type TestContext } from 'node:test'
import { diskProblemsOf } from '#node/find-node.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { pause } from '#test/bus/conformance/raw-client.ts'
import { DiskNode } from './disk-node.ts'
import { keepFull, mountTmpfs, unmount } from './tmpfs.ts'

// The stores of a node with all of its services fail one after the other: full disk, read-only folders, deleted files.

/** How long each failure lasts: longer than a lease, so that all services lose their leases. */
const failureMs = Number(process.env['ATOLL_DISK_SECONDS'] ?? 12) * 1_000

const record = join(recordsFolder, 'bad-data-karst')

/** Mounts a small disk on a new folder. If that fails, skips the test with the reason, and returns undefined. */
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

test('a node continues by itself after each failure of its stores', async (t) => {
  const disk = await smallDisk(t, 'size=48m')
  if (disk === undefined) return
  const node = await DiskNode.start(record, disk)
  t.after(() => node.close())
  const { nodeDir } = node
  await node.until('the first blocks', () => node.safe > 6n, 60_000)

  const makeRoom = keepFull(disk)
  const isNamed = () => /cannot store .* 0 bytes free/u.test(node.reported)
  await node.until('the node names the disk', isNamed)
  const local = { folder: join(nodeDir, 'bus'), nodeFolder: nodeDir }
  assert.deepEqual(diskProblemsOf(local), [`${nodeDir}: its disk has only 0 bytes free`])
  await pause(failureMs)
  makeRoom()
  t.diagnostic(await node.moves('full disk'))

  const services = ['derivation', 'da-watcher'] as const
  const folders = services.map((name) => join(nodeDir, name))
  for (const folder of folders) assert.equal(mountTmpfs(folder, 'ro'), undefined)
  for (const name of services) node.kill(name)
  await node.until('derivation names its file', () =>
    /safe-heads\.sqlite: .* bytes free/u.test(node.statusOf('derivation')?.wait?.what ?? ''),
  )
  await node.until('da-watcher names its file', () =>
    /l1-cache\.sqlite: .* bytes free/u.test(node.statusOf('da-watcher')?.notices.join() ?? ''),
  )
  await pause(failureMs)
  for (const folder of folders) unmount(folder)
  t.diagnostic(await node.moves('read-only folders of services'))

  const bus = join(nodeDir, 'bus')
  assert.equal(mountTmpfs(bus, 'ro'), undefined)
  node.kill('nats-server')
  const isFolderNamed = () =>
    /does not start: .*bus does not accept writes: EROFS/u.test(node.reported)
  await node.until('the node names the folder', isFolderNamed)
  await pause(failureMs)
  unmount(bus)
  t.diagnostic(await node.moves('read-only folder of the bus'))

  for (const folder of [join(bus, 'store'), ...folders]) await rm(folder, { recursive: true })
  await pause(failureMs)
  t.diagnostic(await node.moves('deleted stores'))
  for (const name of ['nats-server', ...services] as const) node.kill(name)
  t.diagnostic(await node.moves('restart after deleted stores'))

  await node.compare()
})

test('a log on a full disk continues when there is room again, and reports how many lines were lost', async (t) => {
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
