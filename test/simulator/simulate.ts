/**
 * Runs the model of the verifier in simulated time, under faults, for many seeds.
 *
 *   npm run simulate -- --seeds 1000            seeds 1 to 1000 of every scenario
 *   npm run simulate -- --what late --seed 229  one run, with its last events if it fails
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { ModelRun } from './model-run.ts'
import { type ScenarioName, scenarios } from './scenarios.ts'

/** Runs between two lines of progress where there is no terminal. */
const reportEach = 500

interface Share {
  readonly names: readonly ScenarioName[]
  readonly seeds: readonly number[]
}

interface Result {
  readonly scenario: ScenarioName
  readonly seed: number
  readonly virtualMs: number
  readonly failure: string | undefined
}

/**
 * Then a fresh thread goes on. A process that is killed in a run never ends what it waits for, and Node keeps a signal
 * made of others as long as somebody listens: 1 MB stays of each run.
 */
const seedsOfWorker = 20

async function work({ names, seeds }: Share): Promise<void> {
  for (const seed of seeds)
    for (const scenario of names) {
      const run = new ModelRun(seed)
      const outcome = await run.run(scenarios[scenario])
      const failure =
        outcome.kind === 'failed' ? `${outcome.reason}\n${outcome.lastEvents}` : undefined
      const virtualMs = run.simulation.clock.monotonicMs()
      const result: Result = { scenario, seed, virtualMs, failure }
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      parentPort?.postMessage(result)
    }
}

async function lead(): Promise<void> {
  const wanted = readArgs()
  if (wanted === undefined) {
    const known = Object.keys(scenarios).join(', ')
    console.error(`usage: npm run simulate -- [--seeds N | --seed N] [--what SCENARIO,…]`)
    console.error(`scenarios: ${known}; all of them if none is named`)
    process.exitCode = 2
    return
  }
  await simulate(wanted.names, wanted.seeds)
}

/** @returns undefined for what makes no sense */
function readArgs(): Share | undefined {
  const options = {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    what: { type: 'string' },
  } as const
  const { values } = parseArgs({ options, strict: false })
  const { seed, seeds, what } = values
  const unknown = Object.keys(values).some((name) => !Object.hasOwn(options, name))
  const names = namesOf(typeof what === 'string' ? what : undefined)
  const count = Number(seed ?? seeds)
  if (unknown || names === undefined || !Number.isSafeInteger(count) || count < 1) return undefined
  return {
    names,
    seeds: seed === undefined ? Array.from({ length: count }, (_, at) => at + 1) : [count],
  }
}

function namesOf(what: string | undefined): readonly ScenarioName[] | undefined {
  const all = Object.keys(scenarios) as ScenarioName[]
  if (what === undefined) return all
  const names = what.split(',')
  const known = all.filter((name) => names.includes(name))
  return known.length === names.length ? known : undefined
}

async function simulate(names: readonly ScenarioName[], seeds: readonly number[]): Promise<void> {
  const startedMs = performance.now()
  const total = names.length * seeds.length
  const workers = Math.min(availableParallelism(), seeds.length)
  let done = 0
  let virtualMs = 0
  const failures: Result[] = []
  const take = (result: Result) => {
    done++
    virtualMs += result.virtualMs
    if (result.failure !== undefined) {
      failures.push(result)
      console.log(`seed ${result.seed} of ${result.scenario} fails: ${result.failure}\n`)
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total} runs`)
    else if (done % reportEach === 0) console.error(`${done} of ${total} runs`)
  }
  const left = [...seeds]
  const workOff = async () => {
    while (left.length > 0) await runWorker({ names, seeds: left.splice(0, seedsOfWorker) }, take)
  }
  await Promise.all(Array.from({ length: workers }, workOff))
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0)
  const hours = (virtualMs / 3_600_000).toFixed(1)
  const what = `${seeds.length} seeds of ${names.join(', ')}`
  console.log(`\n${what}: ${total - failures.length} of ${total} runs agree`)
  console.log(`${hours} simulated hours in ${seconds} s`)
  for (const { scenario, seed } of failures)
    console.log(`again: npm run simulate -- --what ${scenario} --seed ${seed}`)
  if (failures.length > 0) process.exitCode = 1
}

function runWorker(share: Share, take: (result: Result) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share })
    worker.on('message', take)
    worker.once('error', reject)
    worker.once('exit', () => resolve())
  })
}

if (isMainThread) await lead()
else await work(workerData as Share)
