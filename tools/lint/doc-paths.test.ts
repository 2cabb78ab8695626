import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

// Everything that the docs name must exist: paths in backquotes and in commands, and the pages and headings of links.

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Planned folders that docs/architecture.md names. */
const toCome: readonly string[] = []

/** Prefixes of texts that only look like paths of the repository: lint rules, data of a node, other repositories. */
const elsewhere = [
  'atoll/',
  'import/',
  '@',
  'bus/keys',
  'bus/store',
  'bus/url',
  'bus/atoll-bus.json',
  'bus/nats-server.conf',
  'derivation/safe-heads.',
  'da-watcher/l1-cache.',
  'gossip/p2p-key.',
  'gossip/peers.',
  'sequencer/last-sealed-',
  'op-node/',
  'specs/',
  'lagoon/',
  'node_modules/',
]

function git(...args: readonly string[]): readonly string[] {
  const output = execFileSync('git', args, { cwd: root, encoding: 'utf8' })
  return output.trim().split('\n')
}

const files = git('ls-files', '--cached', '--others', '--exclude-standard')
const folders = new Set(files.flatMap((path) => foldersOf(path)))
const paths = new Set([...files, ...folders])

/** Pages shorten paths: `l1/l1-cache.ts` is `packages/l1/l1-cache.ts`. */
const ends = new Set(
  [...paths].flatMap((path) => path.split('/').map((_, at, all) => all.slice(at).join('/'))),
)

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'))
}

function exists(named: string): boolean {
  const path = named.replace(/\/$/u, '')
  if (!path.includes('<name>')) return ends.has(path) || toCome.includes(path)
  const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('<name>', '[^/]+')}$`, 'u')
  return [...paths].some((known) => pattern.test(known))
}

/** The paths in backquotes and code blocks of a page that do not exist. */
function missingPaths(page: string): readonly string[] {
  const blocks = page.match(/```[^]*?```/gu) ?? []
  const inProse = [...page.replaceAll(/```[^]*?```/gu, '').matchAll(/`([\w.@<>/-]+)`/gu)]
    .map(([, path = '']) => path)
    .filter((path) => /^[\w@.][^<]*\/|^\w+\/<name>/u.test(path))
  const inBlocks = blocks
    .flatMap((block) => block.match(/(?<![\w./-])[\w.-]+(?:\/[\w.-]+)+/gu) ?? [])
    .filter((path) => folders.has(path.split('/', 1)[0] ?? ''))
  return [...inProse, ...inBlocks].filter(
    (path) => !elsewhere.some((start) => path.startsWith(start)) && !exists(path),
  )
}

/** The targets of a page's links within the repository that do not exist. */
function missingTargets(page: string, path: string): readonly string[] {
  return [...page.matchAll(/\]\(([^)\s]+)\)/gu)]
    .map(([, target = '']) => target)
    .filter((target) => {
      if (target.includes('://')) return false
      const [file = '', heading] = target.split('#')
      const to = file === '' ? path : join(dirname(path), file)
      if (!paths.has(to)) return true
      return heading !== undefined && !headingsOf(readFileSync(join(root, to), 'utf8')).has(heading)
    })
}

/** The anchors of a page's headings. */
function headingsOf(page: string): ReadonlySet<string> {
  const headings = page.replaceAll(/```[^]*?```/gu, '').match(/^#+ .*$/gmu) ?? []
  const anchorOf = (heading: string) =>
    heading
      .replace(/^#+ /u, '')
      .toLowerCase()
      .replaceAll(/[^\w\s-]/gu, '')
      .replaceAll(' ', '-')
  return new Set(headings.map(anchorOf))
}

test('a path or heading that does not exist is found', () => {
  const page = [
    'Read `docs/architecture.md`, `l1/l1-cache.ts`, `services/<name>/waits.ts`, not `docs/gone.md` or `l1/gone.ts`.',
    'Nor `services/<name>/gone.ts`, `start/` and `gone/`; `~/.atoll` and `<data-dir>/keys` are elsewhere.',
    '[here](architecture.md#the-bus), [there](architecture.md#gone), [nowhere](gone.md), [web](https://x.example/a)',
    '```sh',
    'npx atoll derive --record test/vectors/records/all-forks-lagoon --out ./record --also test/vectors/gone',
    '```',
  ].join('\n')
  assert.deepEqual(missingPaths(page), [
    'docs/gone.md',
    'l1/gone.ts',
    'services/<name>/gone.ts',
    'gone/',
    'test/vectors/gone',
  ])
  assert.deepEqual(missingTargets(page, 'docs/a.md'), ['architecture.md#gone', 'gone.md'])
})

test('all paths and links in README.md and docs exist', () => {
  const pages = files.filter((path) => path === 'README.md' || /^docs\/[^/]+\.md$/u.test(path))
  assert.ok(pages.length > 8)
  const missing = pages.flatMap((path) => {
    const page = readFileSync(join(root, path), 'utf8')
    return [...missingPaths(page), ...missingTargets(page, path)].map((what) => `${path}: ${what}`)
  })
  assert.deepEqual(missing, [])
})

test('planned folders do not exist yet', () => {
  assert.deepEqual(
    toCome.filter((path) => paths.has(path)),
    [],
  )
})
