import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildOpNodeProgram, hasGo } from '#test/op-node/op-node-program.ts'
import { summarise } from './statistics.ts'

/** Times of deriving one record, the recorded blocks of a chain, with one program. */
export interface DerivationResult {
  readonly record: string
  readonly program: string
  readonly checks: Checks
  readonly blocks: number
  /**
   * Milliseconds of the first run of a process, and the median and the minimum of its warm runs. Each number is the
   * median of all processes.
   */
  readonly firstMs: number
  readonly medianMs: number
  readonly bestMs: number
  /** Computed from `medianMs`. */
  readonly blocksPerSecond: number
}

/** Memory use of derivation. */
export interface MemoryResult {
  readonly blocks: number
  readonly maxRssMb: number
  /** Megabytes on the heap at the end, after a garbage collection. */
  readonly heldMb: number
}

type Checks = 'none' | 'L1 roots'

/** Results of `npm run bench -- derivation`. */
export interface DerivationBench {
  readonly results: readonly DerivationResult[]
  readonly memory: readonly MemoryResult[]
}

/** Number of runs of a process. The first `warmUps` runs give no time except `firstMs`, the time of the first run. */
const repeats = 20
const warmUps = 10

/** Number of processes of each program. The programs take turns, so that other load affects all programs alike. */
const rounds = 3

const run = promisify(execFile)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const atoll = here('../../packages/cli/atoll.js')

/**
 * Compares the speed of derivation with op-node's, on recorded chains. Measures the memory of derivation on a short
 * chain, and on a chain that is ten times as long.
 */
export async function benchDerivation(report: (what: string) => void): Promise<DerivationBench> {
  const opNode = await findOpNode(report)
  const results: DerivationResult[] = []
  for (const record of records())
    for (const checks of ['none', 'L1 roots'] as const)
      results.push(...(await compare({ record, checks, opNode }, report)))
  const memory: MemoryResult[] = []
  for (const blocks of [1_500, 15_000]) {
    report(`measures the memory of a process that derives ${blocks} blocks`)
    const { stdout } = await run(process.execPath, [
      '--expose-gc',
      here('./derivation-memory.ts'),
      String(blocks),
    ])
    memory.push(JSON.parse(stdout) as MemoryResult)
  }
  return { results, memory }
}

/** Folders of the records to derive: those made for benchmarks if they exist, else two records of the project. */
function records(): readonly string[] {
  const shared = process.env['ATOLL_RECORDS'] ?? here('../../../shared/fixtures/records')
  const own = here('../vectors/records')
  return existsSync(shared)
    ? [join(shared, 'bench-span'), join(shared, 'bench-singular')]
    : [join(own, 'activation-user-txs'), join(own, 'bad-data-pre-holocene')]
}

interface Comparison {
  readonly record: string
  readonly checks: Checks
  readonly opNode: string | undefined
}

async function compare(
  { record, checks, opNode }: Comparison,
  report: (what: string) => void,
): Promise<readonly DerivationResult[]> {
  const isVerified = checks === 'L1 roots'
  const flags = ['derive', '--record', record, '--quiet', '--json', '--repeat', String(repeats)]
  const programs = [
    {
      program: 'Atoll',
      file: process.execPath,
      args: [atoll, ...flags, ...(isVerified ? ['--verify-l1'] : [])],
    },
    ...(opNode === undefined
      ? []
      : [
          {
            program: 'op-node',
            file: opNode,
            args: [
              '-record',
              record,
              '-quiet',
              '-repeat',
              String(repeats),
              ...(isVerified ? ['-verify-l1'] : []),
            ],
          },
        ]),
  ]
  const times = new Map(programs.map(({ program }) => [program, [] as Times[]]))
  for (let round = 1; round <= rounds; round++)
    for (const { program, file, args } of programs) {
      report(
        `${record.split('/').at(-1)}, checks: ${checks}, ${program}, round ${round} of ${rounds}`,
      )
      const { stdout } = await run(file, args, { maxBuffer: 1_000_000 })
      times.get(program)?.push(timesOf(stdout))
    }
  return programs.map(({ program }) =>
    resultOf({ record, program, checks }, times.get(program) ?? []),
  )
}

interface Times {
  readonly blocks: number
  readonly firstMs: number
  readonly medianMs: number
  readonly bestMs: number
}

function timesOf(stdout: string): Times {
  const { blocks, secondsAll } = JSON.parse(stdout) as { blocks: number; secondsAll: number[] }
  const all = secondsAll.map((seconds) => seconds * 1_000)
  const [firstMs = 0] = all
  const warm = all.slice(warmUps)
  return { blocks, firstMs, medianMs: summarise(warm).median, bestMs: Math.min(...warm) }
}

function resultOf(
  { record, program, checks }: { record: string; program: string; checks: Checks },
  times: readonly Times[],
): DerivationResult {
  const medianOf = (pick: (each: Times) => number) => summarise(times.map(pick)).median
  const blocks = medianOf((each) => each.blocks)
  const medianMs = medianOf((each) => each.medianMs)
  return {
    record: record.split('/').at(-1) ?? record,
    program,
    checks,
    blocks,
    firstMs: medianOf((each) => each.firstMs),
    medianMs,
    bestMs: medianOf((each) => each.bestMs),
    blocksPerSecond: (blocks / medianMs) * 1_000,
  }
}

/** The op-node program that an environment variable names, else one built with Go; undefined without Go. */
async function findOpNode(report: (what: string) => void): Promise<string | undefined> {
  const named = process.env['ATOLL_OP_NODE_DERIVE_PROGRAM']
  if (named !== undefined) return named
  if (!(await hasGo())) {
    report('op-node is not compared, because Go, which builds its program, is not on the PATH')
    return undefined
  }
  report('building op-node, which takes minutes the first time')
  return buildOpNodeProgram('derive')
}
