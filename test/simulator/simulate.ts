/**
 * Runs the services of the verifier, or of two nodes with sequencers, in simulated time, under faults, for many seeds.
 *
 *   npm run simulate -- --seeds 1000             seeds 1 to 1000, each with the next scenario of the verifier
 *   npm run simulate -- --what node --seeds 1000 seeds 1 to 1000, each with the next scenario of two nodes
 *   npm run simulate -- --what flashblocks --seeds 1000 the same, with flashblocks
 *   npm run simulate -- --what late --seeds 10   one scenario
 *   npm run simulate -- --what late --seed 229   one run, with its last events if it fails
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { NodeRun } from '#test/nodes/node-run.ts'
import {
  type NodeScenario,
  type NodeScenarioName,
  flashblockScenarioOf,
  nodeScenarioOf,
  nodeScenarios,
} from '#test/nodes/node-scenarios.ts'
import { VerifierRun } from '#test/verifier/verifier-run.ts'
import type { Outcome } from './disturbed-run.ts'
import { scenarioOf, type ScenarioName, scenarios } from './scenarios.ts'

/** Number of runs between two lines of progress without a terminal. */
const reportEach = 100

/** One run. */
interface Task {
  readonly scenario: ScenarioName | NodeScenarioName
  readonly seed: number
}

interface Result extends Task {
  readonly virtualMs: number
  readonly failure: string | undefined
  readonly explanation: string | undefined
}

/** Number of runs that a worker thread gets at once. With larger numbers, one worker runs long after the others. */
const tasksOfWorker = 20

async function work(tasks: readonly Task[]): Promise<void> {
  for (const task of tasks) {
    const { outcome, virtualMs } = await runTask(task)
    const failure =
      outcome.kind === 'failed' ? `${outcome.reason}\n${outcome.lastEvents}` : undefined
    const explanation = outcome.kind === 'explained' ? outcome.reason : undefined
    const result: Result = { ...task, virtualMs, failure, explanation }
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage(result)
  }
}

async function runTask({
  scenario,
  seed,
}: Task): Promise<{ readonly outcome: Outcome; readonly virtualMs: number }> {
  let run: NodeRun | VerifierRun
  let outcome: Outcome
  if (isOfNodes(scenario)) {
    const {
      disturb,
      hasFlashblocks = false,
      isAlone = false,
    }: NodeScenario = nodeScenarios[scenario]
    run = new NodeRun(seed, { hasFlashblocks, isAlone })
    outcome = await run.run(disturb)
  } else {
    run = new VerifierRun(seed)
    outcome = await run.run(scenarios[scenario])
  }
  return { outcome, virtualMs: run.simulation.clock.monotonicMs() }
}

function isOfNodes(name: string): name is NodeScenarioName {
  return Object.hasOwn(nodeScenarios, name)
}

async function lead(): Promise<void> {
  const tasks = readArgs()
  if (tasks !== undefined) return simulate(tasks)
  const known = [
    ...Object.keys(scenarios),
    'node',
    'flashblocks',
    ...Object.keys(nodeScenarios),
  ].join(', ')
  console.error(`usage: npm run simulate -- [--seeds N | --seed N] [--what WORD,…]`)
  console.error(`words: verifier (the default: each seed with the next scenario), ${known}`)
  process.exitCode = 2
}

/** @returns undefined for invalid flags */
function readArgs(): readonly Task[] | undefined {
  const options = {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    what: { type: 'string', default: 'verifier' },
  } as const
  const { values } = parseArgs({ options, strict: false })
  const { seed, seeds, what } = values
  const words = String(what).split(',')
  const names = [...Object.keys(scenarios), ...Object.keys(nodeScenarios)] as Task['scenario'][]
  const isKnown = words.every((word) => {
    return ['verifier', 'node', 'flashblocks'].includes(word) || names.some((name) => name === word)
  })
  const isUnknown = Object.keys(values).some((name) => !Object.hasOwn(options, name))
  const count = Number(seed ?? seeds)
  if (isUnknown || !isKnown || !Number.isSafeInteger(count) || count < 1) return undefined
  const wanted = seed === undefined ? Array.from({ length: count }, (_, at) => at + 1) : [count]
  const named = names.filter((name) => words.includes(name))
  return wanted.flatMap((one) => {
    const chosen = [...named]
    if (words.includes('verifier')) chosen.push(scenarioOf(one))
    if (words.includes('node')) chosen.push(nodeScenarioOf(one))
    if (words.includes('flashblocks')) chosen.push(flashblockScenarioOf(one))
    return chosen.map((scenario) => ({ scenario, seed: one }))
  })
}

async function simulate(tasks: readonly Task[]): Promise<void> {
  const startedMs = performance.now()
  const total = tasks.length
  const workers = Math.min(availableParallelism(), total)
  let done = 0
  let virtualMs = 0
  const failures: Result[] = []
  let explained = 0
  const take = (result: Result) => {
    done++
    virtualMs += result.virtualMs
    if (result.failure !== undefined) {
      failures.push(result)
      console.log(`seed ${result.seed} of ${result.scenario} fails: ${result.failure}\n`)
    }
    if (result.explanation !== undefined) {
      explained++
      console.log(
        `seed ${result.seed} of ${result.scenario} differs, as it would with op-node: ${result.explanation}\n`,
      )
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total} runs`)
    else if (done % reportEach === 0) console.error(`${done} of ${total} runs`)
  }
  const left = [...tasks]
  const workOff = async () => {
    while (left.length > 0) await runWorker(left.splice(0, tasksOfWorker), take)
  }
  await Promise.all(Array.from({ length: workers }, workOff))
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0)
  const hours = (virtualMs / 3_600_000).toFixed(1)
  const agreed = total - failures.length - explained
  const others = explained === 0 ? '' : `, ${explained} differ, as they would with op-node`
  const isOnlyNodes = tasks.every(({ scenario }) => isOfNodes(scenario))
  const result = isOnlyNodes
    ? 'end with one chain that is on time'
    : 'agree with an undisturbed derivation of the same L1'
  console.log(`\n${agreed} of ${total} runs ${result}${others}`)
  console.log(`${hours} simulated hours in ${seconds} s`)
  for (const { scenario, seed } of failures)
    console.log(`again: npm run simulate -- --what ${scenario} --seed ${seed}`)
  if (failures.length > 0) process.exitCode = 1
}

function runWorker(tasks: readonly Task[], take: (result: Result) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: tasks })
    worker.on('message', take)
    worker.once('error', reject)
    worker.once('exit', () => resolve())
  })
}

if (isMainThread) await lead()
else await work(workerData as readonly Task[])
