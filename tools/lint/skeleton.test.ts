import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

// Every service has the same files with the same exports: docs/CONTRIBUTING.md, "add a service".

/** Files of a service, and the exports that each must have. */
const skeleton: Readonly<Record<string, readonly string[]>> = {
  'main.ts': [],
  'config.ts': ['config'],
  'run.ts': ['run', 'start'],
  'ports.ts': ['Ports'],
  'state.ts': ['State', 'Event', 'Effect', 'initialState'],
  'step.ts': ['step'],
  'perform.ts': ['createPerform'],
  'waits.ts': ['waitOf'],
  'metrics.ts': ['Metrics'],
}

/** Types that have no place in state, events or effects: they cannot be compared, logged or replayed. */
const closures = /=>|\bPromise\b|\bResponder\b|\bAbortSignal\b/

interface Folder {
  readonly names: readonly string[]
  readonly read: (name: string) => string
}

/** The differences of a folder from the skeleton; empty if there are none. */
function problemsOf({ names, read }: Folder): readonly string[] {
  const problems: string[] = []
  for (const [name, wanted] of Object.entries(skeleton)) {
    if (!names.includes(name)) {
      problems.push(`${name} is missing`)
      continue
    }
    const source = read(name)
    for (const exported of wanted)
      if (!exportsName(source, exported)) problems.push(`${name} does not export ${exported}`)
  }
  for (const name of names) {
    const isTest = name.endsWith('.test.ts')
    if (name.endsWith('.ts') && !isTest && !Object.hasOwn(skeleton, name))
      problems.push(`${name} belongs in a folder for its idea`)
  }
  if (names.includes('state.ts')) problems.push(...closuresIn({ names, read }))
  return problems
}

function exportsName(source: string, name: string): boolean {
  return new RegExp(
    `^export (?:async )?(?:function\\*?|const|class|interface|type) ${name}\\b`,
    'm',
  ).test(source)
}

/** Lines with a function or a promise, in the types of state, events and effects, and in the types that these name. */
function closuresIn({ read }: Folder): readonly string[] {
  const problems: string[] = []
  const seen = new Set<string>()
  const check = (file: string, name: string) => {
    if (seen.has(name)) return
    seen.add(name)
    const source = read(file)
    const body = declarationOf(source, name)
    if (body === undefined) return
    for (const line of body.split('\n'))
      if (closures.test(line)) problems.push(`${file}: ${name} has a closure: ${line.trim()}`)
    for (const [named] of body.matchAll(/\b[A-Z]\w+/g))
      check(fileOf({ file, source }, named) ?? file, named)
  }
  for (const name of ['State', 'Event', 'Effect']) check('state.ts', name)
  return problems
}

/** The text of a type or interface without its comments; undefined if the file does not declare it. */
function declarationOf(source: string, name: string): string | undefined {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
  const [body] =
    new RegExp(
      `^(?:export )?(?:type|interface) ${name}\\b[\\s\\S]*?\\n(?=[a-z]|$(?!\\n))`,
      'm',
    ).exec(code) ?? []
  return body
}

/** The file of the same service that a type is imported from. */
function fileOf(
  { file, source }: { readonly file: string; readonly source: string },
  name: string,
): string | undefined {
  const imported = `import (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '(\\./[^']+)'`
  const [, path] = new RegExp(imported).exec(source) ?? []
  return path === undefined ? undefined : join(dirname(file), path)
}

const services = fileURLToPath(new URL('../../services', import.meta.url))

for (const name of readdirSync(services)) {
  test(`service ${name} follows the skeleton`, () => {
    const folder = join(services, name)
    const read = (file: string) => readFileSync(join(folder, file), 'utf8')
    assert.deepEqual(problemsOf({ names: readdirSync(folder), read }), [])
  })
}

test('a folder that does not follow the skeleton is found', () => {
  const sources: Readonly<Record<string, string>> = {
    'main.ts': '',
    'config.ts': 'export const config = {}',
    'run.ts': 'export async function run() {}\nexport const start = run',
    'ports.ts': 'export interface Ports {}',
    'state.ts':
      "import type { Call } from './calls/call.ts'\n\nexport interface State {\n  readonly late: Promise<1>\n\n  readonly job: Job\n}\n\ninterface Job {\n  readonly run: () => void\n}\n\nexport type Event =\n  | { readonly kind: 'called'; readonly answer: () => void }\n  | Call\n\nexport type Effect = { readonly kind: 'a' } // a => b\n\nexport const initialState = () => {}",
    'calls/call.ts': 'export interface Call {\n  readonly signal: AbortSignal\n}\n',
    'step.ts': 'export const step = 1',
    'perform.ts': 'export const perform = 1',
    'metrics.ts': 'export interface Metrics {}',
    'extra.ts': '',
    'step.test.ts': '',
  }
  const read = (name: string) => sources[name] ?? ''
  assert.deepEqual(
    problemsOf({ names: Object.keys(sources).filter((name) => !name.includes('/')), read }),
    [
      'perform.ts does not export createPerform',
      'waits.ts is missing',
      'extra.ts belongs in a folder for its idea',
      'state.ts: State has a closure: readonly late: Promise<1>',
      'state.ts: Job has a closure: readonly run: () => void',
      "state.ts: Event has a closure: | { readonly kind: 'called'; readonly answer: () => void }",
      'calls/call.ts: Call has a closure: readonly signal: AbortSignal',
    ],
  )
})
