import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { importProblem, type Layer, layerOf, levels, packageWithoutLayer } from './lint/layers.ts'

// Prints the graph of the packages: lines and imports. Exits with 1 if
// - an import breaks the rules of tools/lint/layers.ts: it goes to a higher level, to another layer of the same level,
//   or to another service, or it is one of the forbidden imports;
// - imports form a circle;
// - a package has no layer, or too large a share of the lines. Each service counts on its own, since services do not
//   import each other.

/** Largest share of the lines that a package or a service may have. */
const maxShare = 0.25

interface Package {
  readonly layer: Layer
  lines: number
  files: number
  /** Imported layers, with the number of imports. */
  readonly imports: Map<string, number>
}

const importPattern = /(?:from |import\(|import )['`](#[^'`]+)['`]/g

function readGraph(): {
  packages: readonly Package[]
  /** Lines of each package, and of each service, by folder. */
  linesIn: ReadonlyMap<string, number>
  problems: readonly string[]
} {
  const packages = new Map<string, Package>()
  const linesIn = new Map<string, number>()
  const problems: string[] = []
  for (const layer of levels.flat())
    packages.set(layer.name, { layer, lines: 0, files: 0, imports: new Map() })
  for (const path of sourceFiles()) {
    const own = packages.get(layerOf(path)?.name ?? '')
    if (own === undefined) {
      const unplaced = packageWithoutLayer(path)
      if (unplaced !== undefined)
        problems.push(`${path}: ${unplaced} has no layer in tools/lint/layers.ts`)
      continue
    }
    const source = readFileSync(path, 'utf8')
    const lines = source.split('\n').length - 1
    own.files++
    own.lines += lines
    const [folder] = /^services\/[^/]+/.exec(path) ?? [own.layer.folder]
    linesIn.set(folder, (linesIn.get(folder) ?? 0) + lines)
    for (const [, specifier = ''] of source.matchAll(importPattern)) {
      const problem = importProblem(path, specifier)
      if (problem !== undefined) problems.push(`${path}: ${problem}`)
      const [name = ''] = specifier.slice(1).split('/')
      if (name !== own.layer.name && packages.has(name))
        own.imports.set(name, (own.imports.get(name) ?? 0) + 1)
    }
  }
  return { packages: [...packages.values()], linesIn, problems }
}

function sourceFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  })
  return listed.split('\n').filter((path) => /(?<!\.test)\.[jt]s$/.test(path))
}

/** A circle of imports among packages, as a path; undefined if there is none. */
function findCircle(packages: readonly Package[]): readonly string[] | undefined {
  const importsOf = new Map(packages.map(({ layer, imports }) => [layer.name, [...imports.keys()]]))
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
    if (done.has(name)) return undefined
    for (const next of importsOf.get(name) ?? []) {
      const circle = visit(next, [...path, name])
      if (circle !== undefined) return circle
    }
    done.add(name)
    return undefined
  }
  for (const { layer } of packages) {
    const circle = visit(layer.name, [])
    if (circle !== undefined) return circle
  }
  return undefined
}

function main(): void {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  const { packages, linesIn, problems } = readGraph()
  const total = packages.reduce((sum, { lines }) => sum + lines, 0)
  const rows = packages.map(({ layer, lines, files, imports }) => ({
    package: layer.folder,
    files,
    lines,
    share: lines / total,
    imports: Object.fromEntries(imports),
  }))
  const found = [...problems]
  const circle = findCircle(packages)
  if (circle !== undefined) found.push(`a circle: ${circle.join(' → ')}`)
  for (const [folder, lines] of linesIn) {
    const share = lines / total
    if (share > maxShare)
      found.push(`${folder} has ${percent(share)} of all lines, more than ${percent(maxShare)}`)
  }
  if (values.json) console.log(JSON.stringify({ packages: rows, problems: found }))
  else {
    for (const row of rows) {
      const imports = Object.entries(row.imports).map(([name, times]) => `${name} ${times}`)
      console.log(
        `${row.package.padEnd(28)}${String(row.files).padStart(4)} files${String(row.lines).padStart(7)} lines${percent(row.share).padStart(6)}  ← ${imports.join(', ')}`,
      )
    }
    for (const problem of found) console.error(problem)
  }
  if (found.length > 0) process.exitCode = 1
}

const percent = (share: number) => `${Math.round(share * 100)} %`

main()
