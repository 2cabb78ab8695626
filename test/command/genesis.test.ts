import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { runAtoll } from './run-atoll.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-genesis-'))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'genesis.json')

function withForks(later: string) {
  const flags = ['--chain-id=5', '--timestamp=1000', '--fork=isthmus', `--out=${file}`]
  return runAtoll(['genesis', ...flags, '--later-forks', later])
}

for (const [later, message] of [
  ['karst=60,jovian=120', /jovian must not activate after karst/],
  [
    'karst=60,karst=70',
    /karst=70: want FORK=SECONDS, where FORK is one of jovian, karst, lagoon, and each fork is given once/,
  ],
  ['holocene=60', /holocene=60: want FORK=SECONDS/],
] as const)
  test(`invalid later forks are refused: ${later}`, async () => {
    const { code, err } = await withForks(later)
    assert.equal(code, 2)
    assert.match(err, message)
    assert.ok(!existsSync(file))
  })

test('later forks may be given in any order', async () => {
  const { code, err } = await withForks('karst=120,jovian=60')
  assert.equal(code, 0, err)
  const { config } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly config: Readonly<Record<string, unknown>>
  }
  assert.deepEqual([config['jovianTime'], config['karstTime']], [1_060, 1_120])
})
