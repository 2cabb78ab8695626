import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

// Every service has the same files with the same names inside: docs/CONTRIBUTING.md, "add a service".

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

/** Why a folder does not follow the skeleton; empty if it does. */
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
      problems.push(`${name} belongs into a folder for its idea`)
  }
  if (names.includes('state.ts')) problems.push(...closuresIn(read('state.ts')))
  return problems
}

function exportsName(source: string, name: string): boolean {
  return new RegExp(
    `^export (?:async )?(?:function\\*?|const|class|interface|type) ${name}\\b`,
    'm',
  ).test(source)
}

/** Lines of exported types of events and effects with a function or a promise in them. */
function closuresIn(source: string): readonly string[] {
  const problems: string[] = []
  for (const name of ['Event', 'Effect']) {
    const [, body] =
      new RegExp(`^export type ${name} =([\\s\\S]*?)\\n(?=\\n|$)`, 'm').exec(source) ?? []
    if (body === undefined) {
      problems.push(`state.ts: ${name} is not a type whose members can be checked`)
      continue
    }
    for (const line of body.split('\n'))
      if (closures.test(line.replace(/\/\/.*|\/\*.*\*\//, '')))
        problems.push(`state.ts: ${name} has a closure or a promise: ${line.trim()}`)
  }
  return problems
}

const services = fileURLToPath(new URL('../../services', import.meta.url))

for (const name of readdirSync(services)) {
  test(`service ${name} follows the skeleton`, () => {
    const folder = join(services, name)
    const read = (file: string) => readFileSync(join(folder, file), 'utf8')
    assert.deepEqual(problemsOf({ names: readdirSync(folder), read }), [])
  })
}

test('a folder that strays from the skeleton is found', () => {
  const sources: Readonly<Record<string, string>> = {
    'main.ts': '',
    'config.ts': 'export const config = {}',
    'run.ts': 'export async function run() {}\nexport const start = run',
    'ports.ts': 'export interface Ports {}',
    'state.ts':
      'export interface State {}\nexport type Event =\n  | { readonly kind: "called"; readonly answer: () => void }\n\nexport type Effect = { readonly kind: "a" }\n\nexport const initialState = {}',
    'step.ts': 'export const step = 1',
    'perform.ts': 'export const perform = 1',
    'metrics.ts': 'export interface Metrics {}',
    'extra.ts': '',
    'step.test.ts': '',
  }
  const read = (name: string) => sources[name] ?? ''
  assert.deepEqual(problemsOf({ names: Object.keys(sources), read }), [
    'perform.ts does not export createPerform',
    'waits.ts is missing',
    'extra.ts belongs into a folder for its idea',
    'state.ts: Event has a closure or a promise: | { readonly kind: "called"; readonly answer: () => void }',
  ])
})
