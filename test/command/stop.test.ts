import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { stopWhenBegun } from './stop-when-begun.ts'

const record = join(recordsFolder, 'all-forks-lagoon')
const folder = mkdtempSync(join(tmpdir(), 'atoll-stop-'))
after(() => rmSync(folder, { recursive: true }))
const jwtSecretFile = join(folder, 'jwt.hex')
writeFileSync(jwtSecretFile, '11'.repeat(32))

test('atoll l1-replay exits with 0 on a signal, after a last line', async () => {
  const args = ['l1-replay', '--record', record, '--rpc-port=0', '--beacon-port=0']
  const { code, lines } = await stopWhenBegun(args, { begun: /L1 beacon/, signals: ['SIGINT'] })
  assert.deepEqual([code, lines.at(-1)], [0, 'stopped'])
})

test('atoll execution-client exits with 0 on a signal, after a last line', async () => {
  const args = ['execution-client', '--jwt-secret-file', jwtSecretFile, '--log-format=json']
  const files = ['--genesis', join(record, 'genesis.json.gz'), '--engine-port=0', '--rpc-port=0']
  const { code, lines } = await stopWhenBegun([...args, ...files], {
    begun: /"msg"/,
    signals: ['SIGHUP'],
  })
  assert.equal(code, 0)
  assert.match(lines.at(-1) ?? '', /"msg":"stopped"/)
})

test('further signals right after the first, as in a process group, do not change how a process ends', async () => {
  const args = ['l1-replay', '--record', record, '--rpc-port=0', '--beacon-port=0']
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const
  const { code, lines } = await stopWhenBegun(args, { begun: /L1 beacon/, signals })
  assert.deepEqual([code, lines.at(-1)], [0, 'stopped'])
})
