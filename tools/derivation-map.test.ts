import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

// `docs/derivation.md` says which test holds which rule: what it names has to be there.

/** A rule, or a limit, with what stands in its row. */
interface Row {
  readonly line: number
  readonly files: readonly string[]
  readonly tests: readonly string[]
}

const rows = readFileSync('docs/derivation.md', 'utf8')
  .split('\n')
  .flatMap((text, index): Row[] => {
    const cells = text.split(/(?<!\\)\|/).slice(1, -1)
    // The other tables of the page have no four columns.
    if (cells.length !== 4 || !/`.*\.ts`/.test(cells[1] ?? '')) return []
    return [{ line: index + 1, files: codeIn(cells[1]), tests: codeIn(cells[2]) }]
  })

function codeIn(cell = ''): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

function pathOf(file: string): string {
  return file.startsWith('services/') ? file : `packages/protocol/${file}`
}

/** The names of tests as they stand in the sources, with their `${…}`. */
function testsIn(pattern: string): readonly string[] {
  return globSync(pattern)
    .map((file) => readFileSync(file, 'utf8'))
    .flatMap((source) => [...source.matchAll(/\btest\(\s*(['`"])(.*?)\1,/g)])
    .map(([, , name = '']) => name)
}

test('the map of derivation has a row for each rule', () => {
  assert.ok(rows.length > 100, `${rows.length} rows`)
})

test('each row of the map names files that there are, and tests', () => {
  const known = new Set(testsIn('{packages/protocol,services/derivation}/**/*.test.ts'))
  for (const { line, files, tests } of rows) {
    assert.ok(files.length > 0 && tests.length > 0, `line ${line}`)
    for (const file of files) assert.ok(existsSync(pathOf(file)), `line ${line}: no file ${file}`)
    for (const name of tests) assert.ok(known.has(name), `line ${line}: no test ${name}`)
  }
})

test('each test of the pipeline stands in the map', () => {
  const mapped = new Set(rows.flatMap(({ tests }) => tests))
  const names = testsIn('packages/protocol/pipeline/*.test.ts')
  assert.deepEqual(
    names.filter((name) => !mapped.has(name)),
    [],
  )
})
