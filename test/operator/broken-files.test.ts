import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { requireFile } from '#records/folder/read-lines.ts'
import { isFault } from '#runtime/fault.ts'
import { runAtoll } from '#test/command/run-atoll.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { damage, type Damage, damages } from './damage.ts'
import { expectedOf, type Outcome } from './expected-outcome.ts'
import { filesIn, leaveFolders, type LeftFolders, safeAt, serveL1 } from './left-folder.ts'
import { SpawnedNode } from './spawned-node.ts'

// Each file that a node leaves on disk is damaged in each way, and the node is started again. The node continues, waits
// with advice, or exits with code 2 and advice. The node never restarts in a loop, and never follows another chain.

/** Whether to damage the files of every stream and key. By default, only one stream and one key are used. */
const isAll = process.env['ATOLL_BROKEN_FILES'] === 'all'

const own = { record: join(recordsFolder, 'fork-delta'), chainId: '907' }
const other = { record: join(recordsFolder, 'fork-canyon'), chainId: '906' }

/** Head of L1 after the restart. */
const l1Head = 6n

const root = mkdtempSync(join(tmpdir(), 'atoll-broken-'))
after(() => rmSync(root, { recursive: true, force: true }))

interface Case {
  readonly file: string
  readonly how: Damage
  readonly after: 'stopped' | 'killed'
}

/** Whether a file has the same form as another file that the test damages anyway. */
function isRepeated(file: string): boolean {
  const [, key] = /bus\/keys\/(.*)\.nkey$/u.exec(file) ?? []
  const [, stream] = /\/streams\/([^/]+)\//u.exec(file) ?? []
  return (key ?? 'engine') !== 'engine' || stream?.endsWith('_state') === false
}

/**
 * Each damage of each file that a killed node leaves, which includes the write-ahead logs of databases. Also each
 * damage of the databases of a stopped node, where no write-ahead log hides the damage.
 */
function casesOf({ killed, stopped }: LeftFolders): readonly Case[] {
  const files = filesIn(killed).filter((file) => isAll || !isRepeated(file))
  const databases = filesIn(stopped).filter((file) => file.endsWith('.sqlite'))
  return [
    ...files.flatMap((file) => damages.map((how) => ({ file, how, after: 'killed' as const }))),
    ...databases.flatMap((file) =>
      damages.map((how) => ({ file, how, after: 'stopped' as const })),
    ),
  ]
}

/** Starts the execution client as a program of its own, to get the output and exit code of its failed start. */
async function startClientAgain(folder: string) {
  const genesis = requireFile(own.record, 'genesis.json')
  const { code, err } = await runAtoll([
    'execution-client',
    `--genesis=${genesis}`,
    '--op-geth',
    '--archive',
    `--jwt-secret-file=${join(folder, 'jwt.hex')}`,
    `--data-dir=${join(folder, 'execution')}`,
    '--engine-port=0',
    '--rpc-port=0',
  ])
  return { code, err }
}

async function experience(
  t: TestContext,
  { file, how, after: end }: Case,
  { left, others, l1 }: World,
): Promise<void> {
  const folder = mkdtempSync(join(root, 'case-'))
  cpSync(left[end], folder, { recursive: true })
  const path = join(folder, file)
  const otherFile = join(others[end], file.replaceAll(`_${own.chainId}_`, `_${other.chainId}_`))
  const heal = damage(path, { how, other: otherFile })
  if (heal === undefined) return t.skip('this file cannot be damaged in this way here')
  const expected = expectedOf(file, { how, after: end })
  let node: SpawnedNode | undefined
  try {
    node = await SpawnedNode.start({ record: own.record, l1, folder, jwtSecret: left.jwtSecret })
    const safe = safeAt(l1Head)
    const started = node
    if (expected.kind === 'ends') {
      await started.end()
      assertEnded(expected, { path, code: started.code, text: started.output })
      return
    }
    if (expected.kind === 'waits') {
      const isSaid = async () => expected.says.test(await started.reasons())
      await started.until(`a reason that matches ${String(expected.says)}`, isSaid)
      heal()
    }
    await started.until('the safe head', () => started.safe === safe)
    assert.equal(await started.firstDifference(), undefined)
    // The safe head may move before the service that lost data reports the loss.
    const says = expected.kind === 'goes-on' ? expected.says : undefined
    if (says !== undefined)
      await started.until(`output that matches ${String(says)}`, () => says.test(started.output))
    assert.equal(await started.stop(), 0, started.output)
    assert.doesNotMatch(started.output, /restarting it in|"level":"error".*"stack":/u)
  } catch (error) {
    if (!isFault(error) || expected.kind !== 'ends') throw error
    t.diagnostic(error.message)
    const { code, err } = await startClientAgain(folder)
    assertEnded(expected, { path, code, text: err })
  } finally {
    heal()
    await node?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function assertEnded(
  { says, names }: Extract<Outcome, { readonly kind: 'ends' }>,
  { path, code, text }: { readonly path: string; readonly code: number | null; text: string },
): void {
  assert.equal(code, 2, text)
  assert.match(text, says)
  const named = names === 'folder' ? dirname(path) : path.replace(/-(?:wal|shm)$/u, '')
  assert.ok(text.includes(named), `${named} is not named: ${text}`)
  assert.doesNotMatch(text, /^\s+at |goroutine/mu)
}

interface World {
  readonly left: LeftFolders
  readonly others: LeftFolders
  readonly l1: Awaited<ReturnType<typeof serveL1>>
}

test(
  'a node with a damaged file continues, waits with advice, or exits with code 2 and advice',
  { concurrency: 2 },
  async (t) => {
    const left = await leaveFolders(own.record, join(root, 'own'))
    const others = await leaveFolders(other.record, join(root, 'other'))
    const l1 = await serveL1(own.record, l1Head)
    t.after(() => l1.close())
    const wanted = new RegExp(process.env['ATOLL_BROKEN_FILE'] ?? '', 'u')
    const cases = casesOf(left)
    assert.ok(cases.length > 80, `${cases.length} cases`)
    await Promise.all(
      cases
        .map((each) => ({ each, name: `${each.file} ${each.how}, ${each.after}` }))
        .filter(({ name }) => wanted.test(name))
        .map(({ each, name }) =>
          t.test(name, (one) => experience(one, each, { left, others, l1 })),
        ),
    )
  },
)
