import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { stopWhenBegun } from '#test/command/stop-when-begun.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'

const record = join(recordsFolder, 'all-forks-lagoon')
const natsServer = process.env['ATOLL_NATS_SERVER']
const folder = mkdtempSync(join(tmpdir(), 'atoll-stop-'))
after(() => rmSync(folder, { recursive: true }))
const jwtSecretFile = join(folder, 'jwt.hex')
writeFileSync(jwtSecretFile, '11'.repeat(32))

test('a node that is asked to stop ends with 0, as its services do, and all that it says is a line of JSON with level and time', async () => {
  const args = [
    'node',
    `--rollup-config=${join(record, 'rollup.json')}`,
    `--l1-chain-config=${join(record, 'l1-chain-config.json')}`,
    `--dependency-set=${join(record, 'depset.json')}`,
    '--l1-rpc-urls=http://127.0.0.1:1',
    '--engine-url=http://127.0.0.1:1',
    `--jwt-secret-file=${jwtSecretFile}`,
    `--data-dir=${join(folder, 'node')}`,
    '--log-format=json',
    ...(natsServer === undefined ? [] : [`--nats-server=${natsServer}`]),
  ]
  const { code, lines } = await stopWhenBegun(args, {
    begun: /(?:"msg":"running"[^]*){3}/,
    signal: 'SIGTERM',
    env: { OP_NODE_L1_TRUST_RPC: 'true' },
  })
  assert.equal(code, 0)
  const said = lines.map((line) => JSON.parse(line) as Record<'level' | 'time' | 'msg', string>)
  for (const { level, time } of said) assert.ok(level !== undefined && Date.parse(time) > 0)
  const ignored = said.find(({ msg }) => msg.startsWith('OP_NODE_L1_TRUST_RPC is a setting of'))
  assert.equal(ignored?.level, 'warn')
  assert.equal(said.at(-1)?.msg, 'stopped')
  assert.equal(said.filter(({ msg }) => msg === 'stopped').length, 4)
})
