import { mkdtemp, rm } from 'node:fs/promises'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { executeChain } from '#records/execute/execute-chain.ts'
import { executeFixture } from '#records/execute/execute-fixture.ts'
import { type Candidate, embeddedClient, findOpGeth, opGeth } from './execution-candidates.ts'
import { buildEmptyBlocks, importRecord } from './execution-loads.ts'

/** The result of one load on one client. A load is a set of blocks to execute or build. */
export interface ExecutionResult {
  readonly load: string
  readonly client: string
  readonly blocks: number
  readonly seconds: number
  readonly blocksPerSecond: number
  /** Undefined for empty blocks. */
  readonly mgasPerSecond: number | undefined
}

const own = (name: string) => fileURLToPath(new URL(`../vectors/${name}`, import.meta.url))
const shared = (name: string) =>
  fileURLToPath(new URL(`../../../shared/fixtures/${name}`, import.meta.url))

/** Number of runs of each load; the result is the median. */
const repeats = 5

const emptyBlocks = 1_000

/**
 * Measures the execution of real blocks of OP Sepolia in this process. Measures recorded chains and empty blocks
 * through the Engine API, with HTTP and JWT. If op-geth was found, also measures op-geth.
 */
export async function benchExecution(
  report: (what: string) => void,
): Promise<readonly ExecutionResult[]> {
  const results: ExecutionResult[] = []
  report('real blocks of OP Sepolia')
  results.push(await realBlocks())
  const record = existsSync(shared('records/bench-span'))
    ? shared('records/bench-span')
    : own('records/all-forks-lagoon')
  report(`${record.split('/').at(-1)} from genesis, in this process`)
  results.push(await recordedChain(record))
  const folder = await mkdtemp(join(tmpdir(), 'atoll-bench-'))
  const geth = await findOpGeth()
  if (geth === undefined) report('without op-geth: set ATOLL_OP_GETH_PROGRAM to compare with it')
  try {
    const candidates = [embeddedClient, ...(geth === undefined ? [] : [opGeth(geth)])]
    for (const candidate of candidates)
      results.push(...(await throughApi(candidate, { record, folder, report })))
  } finally {
    await rm(folder, { recursive: true })
  }
  return results
}

async function realBlocks(): Promise<ExecutionResult> {
  const folder = existsSync(shared('execution')) ? shared('execution/') : own('execution/')
  let [gas, seconds, blocks] = [0, 0, 0]
  for (const name of readdirSync(folder)) {
    const times: number[] = []
    let gasUsed = 0n
    for (let at = 0; at < repeats; at++) {
      const result = await executeFixture(`${folder}${name}`)
      if (!result.matches) throw new Error(`${name}: ${result.hash}`)
      times.push(result.seconds)
      gasUsed = result.gasUsed
    }
    gas += Number(gasUsed)
    seconds += median(times)
    blocks++
  }
  return resultOf({ load: 'real blocks, in process', client: 'embedded', blocks, gas }, seconds)
}

async function recordedChain(folder: string): Promise<ExecutionResult> {
  const runs = []
  for (let at = 0; at < 3; at++) runs.push(await executeChain(folder, { asOpGeth: true }))
  const [first] = runs
  if (first === undefined || first.firstDifference !== undefined)
    throw new Error(`${folder} differs`)
  const seconds = median(runs.map((run) => run.seconds))
  const load = `${folder.split('/').at(-1)}, in process`
  return resultOf(
    { load, client: 'embedded', blocks: first.blocks, gas: Number(first.gas) },
    seconds,
  )
}

async function throughApi(
  candidate: Candidate,
  {
    record,
    folder,
    report,
  }: { readonly record: string; readonly folder: string; readonly report: (what: string) => void },
): Promise<readonly ExecutionResult[]> {
  const client = candidate.name
  report(`${client}: the recorded chain, through the Engine API`)
  const imported = await importRecord(candidate, record, join(folder, `${client}-record`))
  const load = `${record.split('/').at(-1)}, newPayload and forkchoice`
  report(`${client}: ${emptyBlocks} empty blocks, four calls each`)
  const seconds = await buildEmptyBlocks(candidate, join(folder, `${client}-empty`), emptyBlocks)
  return [
    resultOf({ load, client, ...imported }, imported.seconds),
    resultOf(
      { load: 'empty blocks, four calls', client, blocks: emptyBlocks, gas: undefined },
      seconds,
    ),
  ]
}

function resultOf(
  {
    load,
    client,
    blocks,
    gas,
  }: {
    readonly load: string
    readonly client: string
    readonly blocks: number
    readonly gas: number | undefined
  },
  seconds: number,
): ExecutionResult {
  return {
    load,
    client,
    blocks,
    seconds,
    blocksPerSecond: blocks / seconds,
    mgasPerSecond: gas === undefined ? undefined : gas / 1e6 / seconds,
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[sorted.length >> 1] ?? 0
}
