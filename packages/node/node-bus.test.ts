import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { isFault } from '#runtime/fault.ts'
import { type NodeBusOptions, openNodeBus } from './node-bus.ts'

/** The options of a bus whose server program is a script that does not serve NATS. */
function busWith(t: TestContext, script: string): NodeBusOptions {
  const dataDir = mkdtempSync(join(tmpdir(), 'atoll-node-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const natsServer = join(dataDir, 'server')
  const version = 'if [ "$1" = --version ]; then echo "nats-server: v2.15.2"; exit; fi'
  writeFileSync(natsServer, `#!/bin/sh\n${version}\n${script}\n`)
  chmodSync(natsServer, 0o755)
  const report = () => undefined
  return { chainId: 10n, node: 'main', dataDir, natsServer, port: 0, report, onFatal: report }
}

for (const [what, script] of [
  ['does not report that it is ready', 'exec sleep 60'],
  ['does not accept connections', 'echo "Server is ready" >&2; exec sleep 60'],
] as const)
  test(`a stop cancels the start of a bus whose server ${what}`, async (t) => {
    const options = busWith(t, `echo $$ > "$(dirname "$2")/pid"; ${script}`)
    const stop = new AbortController()
    const opening = openNodeBus({ ...options, signal: stop.signal })
    const rejected = assert.rejects(opening, (error) => {
      return isFault(error, 'aborted') || isFault(error, 'closed')
    })
    const pid = await pidIn(join(options.dataDir, 'pid'))
    const stoppedMs = performance.now()
    stop.abort()
    await rejected
    assert.ok(performance.now() - stoppedMs < 500)
    for (let tries = 0; isRunning(pid); tries++) {
      assert.ok(tries < 100, 'the server still runs')
      await setTimeout(10)
    }
  })

async function pidIn(file: string): Promise<number> {
  for (let tries = 0; tries < 500; tries++) {
    await setTimeout(10)
    const text = textOf(file)
    if (text.endsWith('\n')) return Number(text)
  }
  return assert.fail(`${file} is not written`)
}

function isRunning(pid: number): boolean {
  return /\) [^Z]/u.test(textOf(`/proc/${pid}/stat`))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return ''
  }
}
