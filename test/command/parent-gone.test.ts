import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { recordsFolder } from '#test/fakes/record-lines.ts'

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const atoll = pathOf('../../packages/cli/atoll.js')
const installed = pathOf('../../node_modules/.bin/node')
const { PATH, HOME } = process.env
const env = { PATH, HOME }

/** Makes Node.js report an older version, so that `atoll.js` starts the Node.js in node_modules. */
const older = `data:text/javascript,
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })`

/** Delays a program until its parent process has disconnected. A parent that disconnected counts as ended. */
const late = `data:text/javascript,await new Promise((gone) => process.once('disconnect', gone))`

test(
  'if an older Node.js starts the program on the Node.js in node_modules, the program ends when the older Node.js is killed',
  { skip: !existsSync(installed) && 'node_modules has no Node.js', timeout: 20_000 },
  async () => {
    const record = join(recordsFolder, 'fork-holocene')
    const args = ['l1-replay', '--record', record, '--rpc-port=0', '--beacon-port=0']
    const wrapper = spawn(process.execPath, ['--import', older, atoll, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env,
    })
    // Both processes have the pipe open, so the pipe closes when both have ended.
    const closed = once(wrapper, 'close')
    let out = ''
    for await (const text of wrapper.stdout) {
      out += String(text)
      if (/L1 beacon/.test(out)) wrapper.kill('SIGKILL')
    }
    await closed
    assert.match(out, /stopped\n$/)
  },
)

test(
  'a service stops immediately if its node ended before the service started',
  { timeout: 20_000 },
  async () => {
    const args = ['--chain-id=10', '--engine-url=http://127.0.0.1:1', '--health-port=0']
    const bus = '--nats-urls=nats://127.0.0.1:1'
    const file = pathOf('./sample-service.ts')
    const service = spawn(process.execPath, ['--import', late, file, ...args, bus], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env,
    })
    service.disconnect()
    assert.deepEqual(await once(service, 'exit'), [0, null])
  },
)
