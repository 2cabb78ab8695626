#!/usr/bin/env node
// Atoll runs its TypeScript as it is, which needs Node 24. An older one that starts this file hands over to the Node that
// `npm install` brought; this file alone is JavaScript, so that the older one can read it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > 24 || (major === 24 && minor >= 12)) {
  // What was compiled once is kept beside the packages, which halves the time to load them.
  const cache = new URL('../../node_modules/.cache/atoll-compiled', import.meta.url)
  module.enableCompileCache(fileURLToPath(cache))
  // Node writes the cache when a process ends; a service that is killed would leave none for its restart.
  setTimeout(() => module.flushCompileCache(), 10_000).unref()
  const { main } = await import('./main.ts')
  await main(process.argv.slice(2))
} else {
  const installed = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
  if (!existsSync(installed)) {
    process.stderr.write(`atoll needs Node 24.12 or later; this is ${process.versions.node}.\n`)
    process.stderr.write('Run npm install in the checkout, which brings it along, or install it.\n')
    process.exit(2)
  }
  // Through the IPC channel it notices when this process ends.
  const stdio = /** @type {const} */ (['inherit', 'inherit', 'inherit', 'ipc'])
  const child = spawn(installed, process.argv.slice(1), { stdio: [...stdio] })
  // A signal to this process is meant for the child; a terminal sends SIGINT to both.
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(name, () => {
      if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name)
    })
  child.once('exit', (code, signal) => {
    process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
  })
}
