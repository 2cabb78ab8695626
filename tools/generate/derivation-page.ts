import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { table } from './messages-page.ts'

/** Contents of source files and tests by path. */
export type Sources = Readonly<Record<string, string>>

/** A rule of derivation, from the comment beside its code. */
interface Rule {
  readonly id: string
  readonly text: string
  readonly spec: string
  readonly file: string
  /** Declaration that holds the rule. */
  readonly symbol: string
  /** Number of tests that name the rule, by test file. */
  readonly tests: ReadonlyMap<string, number>
}

const sections: Readonly<Record<string, string>> = {
  'packages/protocol/chains': 'Hardforks and configuration',
  'packages/protocol/inbox': 'Transactions to the batch inbox',
  'packages/protocol/pipeline': 'Pipeline',
  'packages/protocol/channel': 'Blobs, frames, channels',
  'packages/protocol/batch': 'Batches',
  'packages/protocol/derivation': 'Attributes, deposits, system config, consolidation',
  'packages/protocol/block': 'Blocks',
  'packages/protocol/transaction': 'Transactions',
  'packages/protocol/codec': 'Codecs',
  'packages/protocol/sync': 'Where derivation starts',
  'services/derivation': 'Start, finality and history',
}

/** The sources of derivation and their tests. */
export function derivationSources(): Sources {
  const files = globSync(Object.keys(sections).map((folder) => `${folder}/**/*.ts`)).toSorted()
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')]))
}

/** The map of the rules of derivation: their code, spec and tests. @throws Error if a rule has no spec or no test */
export function derivationPage(sources: Sources = derivationSources()): string {
  const rules = readRules(sources)
  return [
    '# Rules of derivation',
    '',
    'Made by `npm run generate` from the comments `// Rule ID: … Spec: …` beside the code and `// Rules: ID, …` above the tests:',
    'search for an ID to find both. A spec `*.md` is a file of ethereum-optimism/specs, below `specs/protocol`; a spec `*.go` is a file of op-node v1.19.6,',
    'below `op-node/rollup`. Facts that are not rules are in [derivation-notes.md](derivation-notes.md).',
    '',
    ...Object.entries(sections).flatMap(([folder, title]) => [
      `## ${title}`,
      '',
      `\`${folder}\``,
      '',
      ...table(
        ['ID', 'rule', 'code', 'spec', 'tests'],
        rules.filter(({ file }) => file.startsWith(`${folder}/`)).map(rowOf),
      ),
      '',
    ]),
  ].join('\n')
}

function rowOf({ id, text, spec, file, symbol, tests }: Rule): readonly string[] {
  const proofs = [...tests].map(([test, count]) => `${basename(test, '.test.ts')} ${count}`)
  return [id, text, `\`${basename(file)}\` \`${symbol}\``, spec, proofs.join(', ')]
}

/** The rules in the order of their files. @throws Error that lists what is wrong with the comments */
export function readRules(sources: Sources): readonly Rule[] {
  const problems: string[] = []
  const tests = testsByRule(sources)
  const rules = new Map<string, Rule>()
  for (const [file, text] of Object.entries(sources).filter(([path]) => !isTest(path)))
    for (const found of rulesIn(file, text)) {
      const { id, spec } = found
      if (rules.has(id)) problems.push(`${file}: rule ${id} is defined twice`)
      if (spec === '') problems.push(`${file}: rule ${id} has no Spec`)
      if (!tests.has(id)) problems.push(`${file}: no test names rule ${id}`)
      rules.set(id, { ...found, tests: tests.get(id) ?? new Map<string, number>() })
    }
  for (const [id, files] of tests)
    if (!rules.has(id)) problems.push(`${[...files.keys()].join(', ')}: no code has rule ${id}`)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return [...rules.values()]
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

function testsByRule(sources: Sources): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const tests = new Map<string, Map<string, number>>()
  for (const [file, text] of Object.entries(sources).filter(([path]) => isTest(path)))
    for (const [, ids = ''] of text.matchAll(/^ *\/\/ Rules: (.*)$/gm))
      for (const id of ids.split(', ')) {
        const files = tests.get(id) ?? new Map<string, number>()
        tests.set(id, files.set(file, (files.get(file) ?? 0) + 1))
      }
  return tests
}

function rulesIn(file: string, text: string): readonly Omit<Rule, 'tests'>[] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    const [, id, begin = ''] = /^ *\/\/ Rule ([\w-]+): (.*)$/.exec(line) ?? []
    if (id === undefined) return []
    let whole = begin
    let next = at + 1
    // The specs come last, separated by commas.
    for (; isOpen(whole) && /^ *\/\/ (?!Rule )/.test(lines[next] ?? ''); next++)
      whole += ` ${(lines[next] ?? '').trim().slice(3)}`
    const [rule = '', spec = ''] = whole.split('. Spec: ')
    return [{ id, text: rule, spec, file, symbol: symbolAt(lines, next) }]
  })
}

function isOpen(text: string): boolean {
  return !text.includes('. Spec: ') || text.endsWith(',')
}

const declaration = /^(?:export )?(?:async )?(?:function\*?|class|const|interface) (\w+)/
const method = /^ {2}(?:async |override |get )*(#?\w+)\((?:.*[{(])?$/

/** The declaration below a line, or else the declaration that contains the line. */
function symbolAt(lines: readonly string[], from: number): string {
  let at = from
  while (/^ *(\/\/|\/\*\*|\*)/.test(lines[at] ?? '')) at++
  for (; at >= 0; at--) {
    const line = lines[at] ?? ''
    const name = declaration.exec(line)?.[1] ?? method.exec(line)?.[1]
    if (name !== undefined) return name
  }
  throw new Error(`no declaration at line ${from}`)
}
