import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { runAtoll } from './run-atoll.ts'

const record = fileURLToPath(new URL('../vectors/records/deposits-and-config/', import.meta.url))
const block = fileURLToPath(
  new URL('../vectors/execution/op-sepolia-26207960.json.gz', import.meta.url),
)
const folder = mkdtempSync(join(tmpdir(), 'atoll-execute-'))
after(() => rmSync(folder, { recursive: true }))

test('a recorded block is executed and compared', async () => {
  const { code, out, err } = await runAtoll(['execute', '--fixture', block, '--json'])
  assert.equal(code, 0, err)
  const { number, expected, hash, matches, gasUsed, seconds } = JSON.parse(out) as Record<
    string,
    unknown
  >
  assert.deepEqual([number, matches, gasUsed], [26_207_960, true, 953_624])
  assert.equal(hash, expected)
  assert.equal(typeof seconds, 'number')
})

test('a recorded chain is executed from its genesis', async () => {
  const { code, out, err } = await runAtoll(['execute', '--chain', record, '--json'])
  assert.equal(code, 0, err)
  const result = JSON.parse(out) as Record<string, unknown>
  assert.deepEqual([result['blocks'], result['equal'], result['firstDifference']], [144, 144, null])
})

/** A copy of the record in uncompressed files. One of the files is changed. */
async function edited(name: string, change: (lines: string[]) => void): Promise<string> {
  const to = mkdtempSync(join(folder, 'edited-'))
  for (const file of ['genesis.json', 'l2.ndjson', 'expected.ndjson']) {
    const text = gunzipSync(await readFile(join(record, `${file}.gz`))).toString()
    const lines = text.replace('../alloc.json.gz', join(record, '..', 'alloc.json.gz')).split('\n')
    if (file === name) change(lines)
    writeFileSync(join(to, file), lines.join('\n'))
  }
  return to
}

test('the first block that differs is shown field by field, and the command ends with 1', async () => {
  const other = await edited('l2.ndjson', (lines) => {
    lines[7] = (lines[7] ?? '')
      .replace(/"gasUsed":"0x[0-9a-f]+"(?=.*"hash":"0x)/, '"gasUsed":"0x1"')
      .replace(/"hash":"0x[0-9a-f]{4}/, '"hash":"0x0000')
  })
  const { code, out } = await runAtoll(['execute', '--chain', other])
  assert.equal(code, 1)
  assert.match(out, /^6 of 7 blocks equal/m)
  assert.match(out, /^block 7 differs: want 0x0000[0-9a-f]+, got 0x[0-9a-f]{64}$/m)
  assert.match(out, /^ {2}gasUsed: want 0x1, got 0x[0-9a-f]+$/m)
})

for (const [what, args, message] of [
  ['neither a chain nor a block', [], /--chain or --fixture/],
  [
    'a path that is not a folder',
    ['--chain', '/nowhere'],
    /there is no genesis.json or genesis.json.gz in \/nowhere/,
  ],
  [
    'a path that is not a file',
    ['--fixture', '/nowhere'],
    /--fixture is "\/nowhere"\s+want a recorded block/,
  ],
] as const)
  test(`atoll execute reports ${what}`, async () => {
    const { code, err } = await runAtoll(['execute', ...args])
    assert.notEqual(code, 0)
    assert.match(err, message)
    assert.doesNotMatch(err, /at async/)
  })

test('a truncated line is reported with file and line', async () => {
  const other = await edited('expected.ndjson', (lines) => {
    lines[3] = (lines[3] ?? '').slice(0, 100)
  })
  const { code, err } = await runAtoll(['execute', '--chain', other])
  assert.equal(code, 2)
  assert.match(err, /expected\.ndjson, line 4: .*JSON/)
})

test('a line with a missing field is reported with file, line and field', async () => {
  const other = await edited('l2.ndjson', (lines) => {
    lines[2] = (lines[2] ?? '').replace('"number"', '"nomber"')
  })
  const { code, err } = await runAtoll(['execute', '--chain', other])
  assert.equal(code, 2)
  assert.match(err, /l2\.ndjson, line 3: number/)
})

test('an invalid fixture is reported with its name and the mistake', async () => {
  const path = join(folder, 'fixture.json')
  writeFileSync(path, '{"rollupConfig":{}}')
  const { code, err } = await runAtoll(['execute', '--fixture', path])
  assert.equal(code, 2)
  assert.match(err, /fixture\.json: rollupConfig\.l2_chain_id/)
  copyFileSync(block, join(folder, 'cut.json'))
  const cut = await runAtoll(['execute', '--fixture', join(folder, 'cut.json')])
  assert.match(cut.err, /cut\.json: /)
})
