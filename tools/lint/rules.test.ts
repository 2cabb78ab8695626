import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { doc, type Planted, plantedImports } from './planted-imports.ts'

// Plants a violation of each lint rule of the project. The rule must find it.

const lines = (count: number) => 'export const a = 1\n'.repeat(1) + '// filler\n'.repeat(count - 1)

/** Files that break one rule each. */
const planted: readonly Planted[] = [
  ...plantedImports,
  // The protocol is pure.
  ...[
    'Date.now()',
    'performance.now()',
    'process.pid',
    "fetch('http://x')",
    'Buffer.alloc(1)',
    'setTimeout(String, 1)',
    'crypto.randomUUID()',
    'globalThis.process',
    'Promise.resolve(1)',
  ].map((use, at) => ({
    rule: 'eslint(no-restricted-globals)',
    file: `packages/protocol/pure-${at}.ts`,
    source: `${doc}export const a: unknown = ${use}\n`,
  })),
  ...['async () => 1', 'async function b() {}'].map((use, at) => ({
    rule: 'atoll(no-async)',
    file: `packages/protocol/async-${at}.ts`,
    source: `${doc}export const a: unknown = ${use}\n`,
  })),
  {
    rule: 'eslint(no-restricted-properties)',
    file: 'packages/protocol/random.ts',
    source: `${doc}export const a: number = Math.random()\n`,
  },
  {
    rule: 'eslint(no-restricted-globals)',
    file: 'packages/runtime/own-time.ts',
    source: `${doc}export const a: number = Date.now()\n`,
  },
  {
    rule: 'eslint(no-restricted-globals)',
    file: 'services/engine/own-time.ts',
    source: `${doc}export const a: unknown = setTimeout(String, 1)\n`,
  },
  // Sizes.
  { rule: 'eslint(max-lines)', file: 'test/long.ts', source: lines(401) },
  {
    rule: 'eslint(max-lines-per-function)',
    file: 'test/long-function.ts',
    source: `export function a(): void {\n${'  String(1)\n'.repeat(70)}}\n`,
  },
  {
    rule: 'eslint(max-params)',
    file: 'test/params.ts',
    source: 'export const a = (b: 1, c: 2, d: 3, e: 4) => [b, c, d, e]\n',
  },
  {
    rule: 'atoll(no-boolean-parameter)',
    file: 'test/boolean.ts',
    source: 'export const a = (isOn: boolean) => (isOn ? 1 : 2)\n',
  },
  {
    rule: 'atoll(no-boolean-parameter)',
    file: 'test/boolean-default.ts',
    source: 'export const a = (isOn = false) => (isOn ? 1 : 2)\n',
  },
  {
    rule: 'atoll(no-boolean-parameter)',
    file: 'test/boolean-optional.ts',
    source: 'export const a = (isOn: boolean | undefined) => (isOn ? 1 : 2)\n',
  },
  // Errors.
  ...[
    'b.catch(() => undefined)',
    'b.catch((_error: unknown) => undefined)',
    'b.then(String, () => undefined)',
  ].map((use, at) => ({
    rule: 'atoll(use-rejection)',
    file: `test/rejection-${at}.ts`,
    source: `export const a = (b: Promise<1>) => ${use}\n`,
  })),
  {
    rule: 'eslint(preserve-caught-error)',
    file: 'test/no-cause.ts',
    source:
      'export function a(): void {\n  try {\n    String(1)\n  } catch (error) {\n    throw new Error(String(error))\n  }\n}\n',
  },
  {
    rule: 'typescript(no-misused-promises)',
    file: 'test/misused.ts',
    source: 'export const a = (b: Promise<1>) => (b ? 1 : 2)\n',
  },
  ...(
    [
      [
        'assignment',
        'export function a(b: string): void {\n  const c: number = JSON.parse(b)\n  String(c)\n}\n',
      ],
      ['return', 'export const a = (b: string): number => JSON.parse(b)\n'],
      ['call', 'export const a = (b: string): unknown => JSON.parse(b)()\n'],
      ['member-access', 'export const a = (b: string): unknown => JSON.parse(b).c\n'],
      ['argument', 'export const a = (b: string): number => Math.abs(JSON.parse(b))\n'],
    ] as const
  ).map(([what, source]) => ({
    rule: `typescript(no-unsafe-${what})`,
    file: `test/unsafe-${what}.ts`,
    source,
  })),
  {
    rule: 'typescript(no-floating-promises)',
    file: 'test/floating.ts',
    source: 'export function a(): void {\n  Promise.resolve(1)\n}\n',
  },
  {
    rule: 'atoll(use-caught-error)',
    file: 'test/swallow.ts',
    source:
      'export function a(): void {\n  try {\n    String(1)\n  } catch {\n    String(2)\n  }\n}\n',
  },
  {
    rule: 'atoll(use-caught-error)',
    file: 'test/drop-cause.ts',
    source:
      "export function a(): void {\n  try {\n    String(1)\n  } catch (cause) {\n    String(cause)\n    throw new RangeError('gone')\n  }\n}\n",
  },
  {
    rule: 'atoll(use-caught-error)',
    file: 'test/no-name.ts',
    source:
      'export function a(): string | undefined {\n  try {\n    return String(1)\n  } catch {\n    return undefined\n  }\n}\n',
  },
  {
    rule: 'atoll(use-caught-error)',
    file: 'test/guard-alone.ts',
    source:
      'export function a(): string | undefined {\n  try {\n    return String(1)\n  } catch (error) {\n    if (!(error instanceof Error)) throw error\n    return undefined\n  }\n}\n',
  },
  {
    rule: 'atoll(use-caught-error)',
    file: 'test/any-fault.ts',
    source:
      "import { isFault } from '#runtime/fault.ts'\n\nexport function a(): string | undefined {\n  try {\n    return String(1)\n  } catch (error) {\n    if (!isFault(error)) throw error\n    return undefined\n  }\n}\n",
  },
  {
    rule: 'atoll(use-caught-error)',
    file: 'test/text-alone.ts',
    source:
      "import { isFault } from '#runtime/fault.ts'\n\nexport function a(): string | undefined {\n  try {\n    return String(1)\n  } catch (error) {\n    if (!isFault(error, 'timeout')) throw error\n    return error.message\n  }\n}\n",
  },
  {
    rule: 'atoll(use-caught-error)',
    file: 'test/inverse-guard.ts',
    source:
      "import { isFault } from '#runtime/fault.ts'\n\nexport function a(): string | undefined {\n  try {\n    return String(1)\n  } catch (error) {\n    if (isFault(error)) return undefined\n    throw error\n  }\n}\n",
  },
  {
    rule: 'atoll(use-caught-error)',
    file: 'test/text-in-object.ts',
    source:
      "import { isFault } from '#runtime/fault.ts'\n\nexport function a(): unknown {\n  try {\n    return String(1)\n  } catch (error) {\n    if (!isFault(error, 'timeout')) throw error\n    return { reason: error.message }\n  }\n}\n",
  },
  {
    rule: 'eslint(no-empty)',
    file: 'test/empty.ts',
    source: 'export function a(): void {\n  if (String(1)) {\n  }\n}\n',
  },
  // Exports and names.
  {
    rule: 'import(no-default-export)',
    file: 'test/default.ts',
    source: 'const a = 1\nexport default a\n',
  },
  { rule: 'atoll(no-reexport)', file: 'test/barrel.ts', source: "export * from './clean.ts'\n" },
  {
    rule: 'atoll(no-reexport)',
    file: 'test/named-barrel.ts',
    source: "export { a } from './clean.ts'\n",
  },
  { rule: 'atoll(no-enum)', file: 'test/enum.ts', source: 'export enum A {\n  B,\n}\n' },
  {
    rule: 'atoll(docstring)',
    file: 'packages/runtime/no-docstring.ts',
    source: 'export const a: number = 1\n',
  },
  {
    rule: 'atoll(docstring)',
    file: 'packages/protocol/line-comment.ts',
    source: '// Not a docstring.\nexport interface A {\n  readonly b: 1\n}\n',
  },
  { rule: 'atoll(file-name)', file: 'test/utils.ts', source: 'export const a = 1\n' },
  {
    rule: 'atoll(file-name)',
    file: 'packages/runtime/types.ts',
    source: `${doc}export type A = 1\n`,
  },
  { rule: 'atoll(file-name)', file: 'test/camelCase.ts', source: 'export const a = 1\n' },
  // Types.
  {
    rule: 'typescript(no-explicit-any)',
    file: 'test/any.ts',
    source: 'export const a: any = 1\n',
  },
  {
    rule: 'typescript(no-non-null-assertion)',
    file: 'test/non-null.ts',
    source: 'export const a = (b: string | undefined) => b!.length\n',
  },
  {
    rule: 'typescript(switch-exhaustiveness-check)',
    file: 'test/switch.ts',
    source:
      "export function a(b: 'c' | 'd'): number {\n  switch (b) {\n    case 'c':\n      return 1\n  }\n  return 2\n}\n",
  },
  {
    rule: 'typescript(consistent-type-imports)',
    file: 'test/type-import.ts',
    source: "import { Fault } from '#runtime/fault.ts'\nexport const a = (b: Fault) => b\n",
  },
  // Words.
  ...[
    '// The engine is told of it.\nexport const a = 1\n',
    '/** Why it is left out. */\nexport const a = 1\n',
    "export const a = 'nobody listens'\n",
    'export const a = (b: string) => `${b} is none of this rollup`\n',
    '/**\n * A block that is left\n * out.\n */\nexport const a = 1\n',
    '// A block that is left\n// out.\nexport const a = 1\n',
  ].map((source, at) => ({ rule: 'atoll(words)', file: `test/words-${at}.ts`, source })),
  // Habits.
  {
    rule: 'eslint(no-console)',
    file: 'packages/runtime/console.ts',
    source: `${doc}export const a = (): void => console.log(1)\n`,
  },
  {
    rule: 'eslint(eqeqeq)',
    file: 'test/equal.ts',
    source: 'export const a = (b: unknown) => b == 1\n',
  },
  {
    rule: 'eslint(prefer-const)',
    file: 'test/let.ts',
    source: 'export function a(): number {\n  let b = 1\n  return b\n}\n',
  },
  {
    rule: 'eslint(no-unused-vars)',
    file: 'test/unused.ts',
    source: 'const a = 1\nexport const b = 2\n',
  },
  {
    rule: 'unicorn(no-array-sort)',
    file: 'test/sort.ts',
    source: 'export const a = (b: number[]) => [1, ...b.sort()]\n',
  },
  {
    rule: 'import(no-cycle)',
    file: 'test/cycle-a.ts',
    source: "import { b } from './cycle-b.ts'\nexport const a = () => b\n",
  },
]

/** Files that break no rule. */
const clean: Readonly<Record<string, string>> = {
  'test/clean.ts': 'export const a = 1\n',
  'test/cycle-b.ts': "import { a } from './cycle-a.ts'\nexport const b = () => a\n",
  'packages/protocol/clean.ts': `import { inflateRawSync } from 'node:zlib'\n${doc}export const a: unknown = inflateRawSync\n`,
  'packages/messages/clean.ts': `import * as it from '#protocol/clean.ts'\n${doc}export const a: unknown = it\n`,
  'packages/runtime/clean.ts': `import * as it from '#messages/clean.ts'\n${doc}export const a: unknown = it\n`,
  'services/engine/clean.ts': `import * as it from '#runtime/clean.ts'\n${doc}export const a: unknown = it\n`,
  'packages/node/clean.ts': `${doc}export const a = (name: string): Promise<unknown> => import(\`#services/\${name}/main.ts\`)\n`,
  'services/engine/sibling.ts': `import * as it from '#services/engine/clean.ts'\n${doc}export const a: unknown = it\n`,
  'test/full.ts': lines(400),
  'test/plain-words.ts': '// There is none left, and the engine reports it.\nexport const a = 1\n',
  'test/full-function.ts': `export function a(): void {\n${'  String(1)\n'.repeat(68)}}\n`,
  'test/caught.ts':
    'export function a(): void {\n  try {\n    String(1)\n  } catch (cause) {\n    throw new RangeError(String(1), { cause })\n  }\n}\n',
}

let folder: string
let found: ReadonlyMap<string, ReadonlySet<string>>

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atoll-lint-'))
  const root = fileURLToPath(new URL('../../', import.meta.url))
  for (const file of [
    '.oxlintrc.json',
    'tsconfig.json',
    'package.json',
    'tools/lint/atoll-rules.ts',
    'tools/lint/caught-errors.ts',
    'tools/lint/layers.ts',
    'tools/lint/syntax-tree.ts',
    'tools/lint/words.ts',
  ])
    await cp(join(root, file), join(folder, file), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const files = [...planted.map(({ file, source }) => [file, source]), ...Object.entries(clean)]
  for (const [file = '', source = ''] of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), source)
  }
  found = await lint(folder)
})

after(() => rm(folder, { recursive: true, force: true }))

/** The rules that each file breaks. */
async function lint(cwd: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const output = await new Promise<string>((resolve) => {
    const program = join(cwd, 'node_modules', '.bin', 'oxlint')
    // oxlint exits with 1, because it reports violations.
    const args = ['-f', 'json', 'packages', 'services', 'devnet', 'test']
    execFile(program, args, { cwd, maxBuffer: 2 ** 26 }, (_error, stdout) => resolve(stdout))
  })
  const { diagnostics } = JSON.parse(output) as {
    readonly diagnostics: readonly { readonly filename: string; readonly code: string }[]
  }
  const rules = new Map<string, Set<string>>()
  for (const { filename, code } of diagnostics)
    rules.set(filename, (rules.get(filename) ?? new Set()).add(code))
  return rules
}

for (const { rule, file, source } of planted) {
  test(`${rule} finds ${file}: ${source.replace(doc, '').split('\n')[0]}`, () => {
    assert.ok(found.get(file)?.has(rule), `found: ${[...(found.get(file) ?? [])].join(', ')}`)
  })
}

test('each rule that the configuration names has a violation that it finds', async () => {
  const root = new URL('../../.oxlintrc.json', import.meta.url)
  const config = JSON.parse(await readFile(root, 'utf8')) as {
    readonly rules: Readonly<Record<string, unknown>>
    readonly overrides: readonly { readonly rules: Readonly<Record<string, unknown>> }[]
  }
  const named = [config, ...config.overrides].flatMap(({ rules }) => Object.entries(rules))
  const on = named.filter(([, setting]) => setting !== 'off').map(([name]) => name)
  const proven = new Set(planted.map(({ rule }) => rule.replace('(', '/').replace(')', '')))
  assert.deepEqual(
    [...new Set(on)].filter((name) => !proven.has(name)),
    [],
  )
})

for (const file of Object.keys(clean)) {
  if (file.includes('cycle')) continue
  test(`${file} breaks no rule`, () => {
    assert.deepEqual([...(found.get(file) ?? [])], [])
  })
}
