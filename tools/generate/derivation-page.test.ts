import assert from 'node:assert/strict'
import { test } from 'node:test'
import { derivationSources, readRules } from './derivation-page.ts'

const code = `/** Takes it. */
export function take(it: string): boolean {
  // Rule not-empty: It is not empty, and this sentence is so long that it takes two lines. Spec: derivation.md#a,
  // derive/b.go
  // No reason is given.
  return it !== ''
}
`
const proof = `// Rules: not-empty\ntest('it is not empty', () => undefined)\n`

test('a rule is read with its spec, its function and its tests', () => {
  const [rule, ...others] = readRules({ 'a/take.ts': code, 'a/take.test.ts': proof + proof })
  assert.deepEqual(others, [])
  assert.deepEqual(rule, {
    id: 'not-empty',
    text: 'It is not empty, and this sentence is so long that it takes two lines',
    spec: 'derivation.md#a, derive/b.go',
    file: 'a/take.ts',
    symbol: 'take',
    tests: new Map([['a/take.test.ts', 2]]),
  })
})

for (const { name, sources, problem } of [
  { name: 'without a test', sources: { 'take.ts': code }, problem: /no test names rule not-empty/ },
  {
    name: 'that no code has',
    sources: { 'take.test.ts': proof },
    problem: /take\.test\.ts: no code has rule not-empty/,
  },
  {
    name: 'without a spec',
    sources: { 'take.ts': 'const a = 1\n// Rule b: C.\nconst b = 2\n', 'b.test.ts': '// Rules: b' },
    problem: /rule b has no Spec/,
  },
  {
    name: 'defined twice',
    sources: { 'one.ts': code, 'two.ts': code, 'take.test.ts': proof },
    problem: /two\.ts: rule not-empty is defined twice/,
  },
])
  test(`a rule ${name} is an error`, () => {
    assert.throws(() => readRules(sources), problem)
  })

test('each test of the pipeline names a rule', () => {
  for (const [file, text] of Object.entries(derivationSources())) {
    if (!/pipeline\/.*\.test\.ts$/.test(file)) continue
    const lines = text.split('\n')
    for (const [at, line] of lines.entries())
      if (/^ *test\(/.test(line)) assert.match(lines[at - 1] ?? '', /\/\/ Rules: /, `${file} ${at}`)
  }
})
