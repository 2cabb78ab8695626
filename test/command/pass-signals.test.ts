import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const sample = fileURLToPath(new URL('./sample-runner.ts', import.meta.url))

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  test(`the test runner leaves no process behind: ${signal}`, { timeout: 10_000 }, async () => {
    const parent = spawn(process.execPath, [sample], { stdio: ['ignore', 'pipe', 'inherit'] })
    // The runner and its child have the pipe open, so the pipe closes when both have ended.
    const closed = once(parent, 'close')
    await once(parent.stdout, 'data')
    parent.kill(signal)
    const [code] = (await closed) as [number | null]
    assert.equal(code, 0)
  })
