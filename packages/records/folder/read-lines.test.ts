import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { maxLineBytes, readLines } from './read-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-lines-'))
after(() => rmSync(folder, { recursive: true }))

async function read(name: string, content: string | Uint8Array): Promise<readonly string[]> {
  const path = join(folder, name)
  writeFileSync(path, content)
  const found: string[] = []
  for await (const { json, where } of readLines(path))
    found.push(`${where.split(', ').at(-1)}: ${JSON.stringify(json)}`)
  return found
}

test('lines are read one by one, with any line ending, and empty lines are skipped', async () => {
  const expected = ['line 1: {"a":1}', 'line 3: "ä"', 'line 4: [2]']
  assert.deepEqual(await read('plain.ndjson', '{"a":1}\n\n"ä"\r\n[2]'), expected)
  assert.deepEqual(await read('packed.ndjson.gz', gzipSync('{"a":1}\n\n"ä"\n[2]\n')), expected)
})

test('a line may be longer than the piece of the file that is read at a time', async () => {
  const long = 'x'.repeat(300_000)
  assert.deepEqual(await read('long.ndjson', `1\n"${long}"\n2\n`), [
    'line 1: 1',
    `line 2: "${long}"`,
    'line 3: 2',
  ])
})

test('if a line is malformed JSON, the error names the line', async () => {
  await assert.rejects(read('bad.ndjson', '1\n2\n{'), /bad\.ndjson, line 3: .*JSON/)
})

test('if an uncompressed file has the name of a compressed file, this is reported', async () => {
  await assert.rejects(
    read('bad.ndjson.gz', '1\n'),
    /bad\.ndjson\.gz, line 1: it cannot be decompressed/,
  )
})

test('reading stops at a line above the size limit', async () => {
  const path = join(folder, 'endless.ndjson')
  writeFileSync(path, '1\n')
  truncateSync(path, maxLineBytes + 3)
  const lines = readLines(path)
  const first = await lines.next()
  assert.ok(first.done !== true && first.value.json === 1)
  await assert.rejects(lines.next(), /endless\.ndjson, line 2: a line of more than 268435456 bytes/)
})
