import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { isStoreFailure, StoreWatch } from './store-watch.ts'

const failure =
  "[12] 2026/01/31 12:00:00.000001 [ERR] JetStream failed to store a msg on stream 'N > S': write /d/store/1.blk: no space left on device"

/**
 * A watch of a server whose folder accepts no writes until `heal` is called. Also returns the reports of the watch, and
 * the times at which it restarted the server.
 */
function watched() {
  const clock = new VirtualClock(0)
  let problem: string | undefined = '/d: no space left on device; its disk has 0 bytes free'
  const reports: string[] = []
  const restarts: number[] = []
  const watch = new StoreWatch({
    clock,
    problem: () => problem,
    report: (what) => reports.push(what),
    restart: () => {
      restarts.push(clock.monotonicMs())
      watch.ended()
    },
  })
  const pass = (seconds: number) => clock.run(seconds * 1_000, () => false)
  const heal = () => {
    problem = undefined
  }
  return { watch, pass, heal, reports, restarts }
}

test('a server whose store failed is restarted only when its folder accepts writes again', async () => {
  const { watch, pass, heal, reports, restarts } = watched()
  for (let count = 0; count < 100; count++) watch.readLine(failure)
  await pass(60)
  assert.deepEqual(restarts, [])
  assert.equal(reports.length, 1)
  assert.match(reports.join(), /cannot store messages: JetStream failed .*\/d: .* 0 bytes free$/)
  heal()
  await pass(2)
  assert.equal(restarts.length, 1)
  await pass(60)
  assert.equal(restarts.length, 1)
})

test('a server whose store works is not restarted', async () => {
  const { watch, pass, heal, restarts, reports } = watched()
  heal()
  watch.readLine('[12] 2026/01/31 12:00:00.000001 [INF] Server is ready')
  await pass(60)
  assert.deepEqual([restarts, reports], [[], []])
})

test('if failures repeat although the folder accepts writes, the server is restarted with growing pauses', async () => {
  const { watch, pass, heal, restarts } = watched()
  heal()
  for (let second = 0; second < 300; second++) {
    watch.readLine(failure)
    await pass(1)
  }
  assert.ok(restarts.length >= 8 && restarts.length < 16, `${restarts.length} restarts`)
  const pauses = restarts.slice(1).map((atMs, at) => atMs - (restarts[at] ?? 0))
  assert.ok(
    pauses.slice(-3).every((pause) => pause >= 30_000 && pause <= 32_000),
    pauses.join(),
  )
  await pass(120)
  const before = restarts.length
  watch.readLine(failure)
  await pass(2)
  assert.equal(restarts.length, before + 1)
})

for (const [line, isFailure] of [
  [failure, true],
  ['[1] t [ERR] Filestore [S] Critical write error: write 1.blk: input/output error', true],
  ['[1] t [ERR] JetStream out of File resources, will be DISABLED', true],
  ['[1] t [WRN] Filesystem permission denied while writing msg, disabling JetStream: open', true],
  ['[1] t [WRN] Error writing: open index.db: read-only file system', true],
  ['[1] t [INF] no space left on device', false],
  ['[1] t [ERR] 127.0.0.1:9 - cid:5 - "v1:no space left on device" - authentication error', false],
  ['[1] t [WRN] Slow Consumer Detected', false],
] as const)
  test(`a log line that ${isFailure ? 'reports' : 'does not report'} a failed store: ${line}`, () => {
    assert.equal(isStoreFailure(line), isFailure)
  })
