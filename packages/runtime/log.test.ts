import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { createLog } from './log.ts'

test('if `onLog` is given, the log is passed to it and not printed', () => {
  const taken: string[] = []
  const fields = { service: 'test' }
  for (const logFormat of ['text', 'logfmt', 'json'] as const)
    createLog({ logLevel: 'warn', logFormat, fields, onLog: (text) => taken.push(text) }).warn('x')
  assert.match(taken[0] ?? '', /^WARN \[[^\]]+\] test: x\n$/)
  assert.match(taken[1] ?? '', /^t=\S+ lvl=warn msg=x service=test\n$/)
  assert.equal((JSON.parse(taken[2] ?? '') as { msg: string }).msg, 'x')
})

const log = fileURLToPath(new URL('./log.ts', import.meta.url))

/** A program that logs 5,000 lines of 100 bytes, and then continues. */
const program = (logFormat: string) => `
  import { createLog } from ${JSON.stringify(log)}
  const log = createLog({ logLevel: 'info', logFormat: '${logFormat}', fields: { service: 'test' } })
  for (let line = 0; line < 5_000; line++) log.info({ line }, 'x'.repeat(100))
  process.stderr.write('goes on')
`

for (const format of ['json', 'logfmt', 'text'])
  test(
    `a process continues although its log (${format}) is on a full disk`,
    { skip: !existsSync('/dev/full') && 'there is no /dev/full' },
    async () => {
      const full = openSync('/dev/full', 'w')
      const args = ['--input-type=module', '--eval', program(format)]
      const child = spawn(process.execPath, args, { stdio: ['ignore', full, 'pipe'] })
      closeSync(full)
      const ended = once(child, 'exit')
      const said = child.stderr === null ? '' : await text(child.stderr)
      assert.deepEqual([(await ended)[0], said], [0, 'goes on'])
    },
  )

for (const format of ['json', 'logfmt', 'text'])
  test(`each line of the log (${format}) is written before a process ends`, async () => {
    const args = ['--input-type=module', '--eval', `${program(format)}; process.exit(0)`]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    const output = child.stdout === null ? '' : await text(child.stdout)
    assert.equal(output.match(/x{100}/gu)?.length, 5_000)
  })
