import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { endedPid } from '#test/fakes/bus-folder.ts'
import { isRunning, startOf } from './running-process.ts'

test('a stored process counts as running if the process with its id has the stored start time, or if no start time is stored', async (t) => {
  const child = spawn('/bin/sh', ['-c', 'echo up; exec sleep 60'])
  await once(child.stdout, 'data')
  t.after(() => child.kill('SIGKILL'))
  const pid = child.pid ?? 0
  const start = startOf(pid)
  assert.notEqual(start, undefined)
  assert.equal(startOf(pid), start)
  assert.ok(isRunning({ pid, start }))
  assert.ok(isRunning({ pid, start: undefined }))
  assert.ok(!isRunning({ pid, start: startOf(process.pid) }))
  // The same id and start time, but of another boot.
  assert.ok(!isRunning({ pid, start: `another boot/${start?.split('/').at(-1)}` }))
})

test('a process that has ended does not run', async () => {
  const pid = await endedPid()
  assert.equal(startOf(pid), undefined)
  assert.ok(!isRunning({ pid, start: undefined }))
})

test(
  'a zombie, an ended process for which its parent has not waited, does not count as running',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  async (t) => {
    // The child ends only after the shell has replaced itself with sleep, since sleep, unlike a shell, never waits for
    // a child.
    const child = 'until [ "$(cat /proc/$PPID/comm)" = sleep ]; do :; done'
    const script = `sh -c '${child}' & echo $!; exec sleep 60`
    const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
    t.after(() => parent.kill('SIGKILL'))
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    for (let tries = 0; isRunning({ pid, start: undefined }); tries++) {
      assert.ok(tries < 200, 'it still counts as running')
      await new Promise((resolve) => {
        setTimeout(resolve, 10)
      })
    }
    assert.ok(process.kill(pid, 0), 'its id is free: something waited for it')
  },
)
