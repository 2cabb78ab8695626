/**
 * Derives mutated L1 data with Atoll's pipeline and with op-node's, and compares their outputs.
 *
 *   npm run test:differential -- --runs 10000 --seed 1
 *   npm run test:differential -- --seed 1 --case 17     one case again; `--keep DIR` stores it, with all attributes
 */
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { RollupConfigError } from '#protocol/chains/parse-rollup-config.ts'
import type { PipelineEvent } from '#protocol/pipeline/pipeline.ts'
import { buildOpNodeProgram, hasGo } from '#test/op-node/op-node-program.ts'
import { Random } from '#runtime/random.ts'
import { deriveWithAtoll } from './atoll-side.ts'
import { buildCase, type Case } from './build-case.ts'
import { partingOf } from './compare.ts'
import { Coverage } from './coverage.ts'
import { channelsOf } from './draft-channels.ts'
import { explanationOf } from './explained.ts'
import { type Base, makeDraft } from './make-draft.ts'
import { OpNodeSide } from './op-node-side.ts'
import { readRecord } from './record-draft.ts'
import { encodeCase } from './wire.ts'

const records = fileURLToPath(new URL('../vectors/records/', import.meta.url))

/** Maximum number of cases sent to op-node and not answered yet. */
const inFlight = 8

/** Faults planted on Atoll's side only, to check that the comparison finds them. */
const plants: Readonly<Record<string, (config: RollupConfig) => RollupConfig>> = {
  'sequencing-window': (config) => ({ ...config, sequencingWindow: config.sequencingWindow + 1n }),
  'channel-timeout': (config) => ({ ...config, channelTimeout: config.channelTimeout + 1n }),
  'sequencer-drift': (config) => ({ ...config, maxSequencerDrift: config.maxSequencerDrift + 1n }),
}

/** The options of the command line. */
interface Options {
  readonly runs: number
  readonly seed: number
  /** The only case to run. */
  readonly only: number | undefined
  /** The only record to start from. */
  readonly record: string | undefined
  /** Folder that gets the cases with unexplained differences. With `only`, it gets that case with any result. */
  readonly keep: string | undefined
  readonly plant: string | undefined
}

async function main(): Promise<void> {
  const options = readOptions()
  if (options === undefined) {
    const flags = '[--runs N] [--seed N] [--case N] [--record NAME] [--keep DIR] [--plant FAULT]'
    console.error(`usage: npm run test:differential -- ${flags}`)
    console.error(`faults: ${Object.keys(plants).join(', ')}`)
    process.exitCode = 2
    return
  }
  if (!(await hasGo())) {
    console.error('op-node cannot be built without Go 1.26 or newer: https://go.dev/dl/')
    if (process.env['CI'] !== undefined) process.exitCode = 1
    return
  }
  const opNode = new OpNodeSide(await buildOpNodeProgram('differential'))
  const run = new DifferentialRun(options, { opNode, bases: await readBases(options.record) })
  await run.run()
  if (run.failures > 0) process.exitCode = 1
}

/** @returns undefined for invalid flags */
function readOptions(): Options | undefined {
  const text = { type: 'string' } as const
  const options = { runs: text, seed: text, case: text, record: text, keep: text, plant: text }
  try {
    const { values } = parseArgs({ options })
    const only = values.case === undefined ? undefined : Number(values.case)
    const [runs, seed] = [Number(values.runs ?? 1_000), Number(values.seed ?? 1)]
    const isSound = [runs, seed, only ?? 0].every((value) => Number.isSafeInteger(value))
    if (!isSound || (values.plant !== undefined && !Object.hasOwn(plants, values.plant)))
      return undefined
    return { runs, seed, only, record: values.record, keep: values.keep, plant: values.plant }
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

async function readBases(record: string | undefined): Promise<readonly Base[]> {
  const names = readdirSync(records)
    .filter((name) => existsSync(join(records, name, 'l1.ndjson.gz')))
    .filter((name) => record === undefined || name === record)
    .toSorted()
  const bases: Base[] = []
  for (const name of names) {
    const draft = await readRecord(records, name)
    bases.push({ draft, channels: channelsOf(draft) })
  }
  return bases
}

/** The results of both sides for a case. */
interface Said {
  readonly number: number
  readonly atoll: readonly string[]
  readonly opNode: readonly string[]
  readonly events: readonly PipelineEvent[]
}

class DifferentialRun {
  readonly #options: Options
  readonly #bases: readonly Base[]
  readonly #opNode: OpNodeSide
  readonly #coverage = new Coverage()
  readonly #explained = new Map<string, number>()
  readonly #startedMs = performance.now()
  #done = 0
  failures = 0

  constructor(
    options: Options,
    { opNode, bases }: { readonly opNode: OpNodeSide; readonly bases: readonly Base[] },
  ) {
    this.#options = options
    this.#opNode = opNode
    this.#bases = bases
  }

  async run(): Promise<void> {
    const { only, runs } = this.#options
    const numbers = only === undefined ? Array.from({ length: runs }, (_, at) => at) : [only]
    const pending: Promise<void>[] = []
    for (const number of numbers) {
      pending.push(this.#runCase(number))
      if (pending.length >= inFlight) await pending.shift()
    }
    await Promise.all(pending)
    await this.#opNode.stop()
    const seconds = (performance.now() - this.#startedMs) / 1_000
    console.log(`\n${this.#coverage.toString()}`)
    for (const [name, count] of this.#explained) console.log(`explained: ${name}, ${count} times`)
    console.log(`${this.failures} unexplained differences in ${seconds.toFixed(0)} s`)
  }

  async #runCase(number: number): Promise<void> {
    const made = this.#make(number)
    if (made === undefined) return
    const isVerbose = this.#options.only !== undefined
    const encoded = encodeCase(made, { isVerbose })
    const answer = this.#opNode.derive(encoded)
    const plant = this.#options.plant === undefined ? undefined : plants[this.#options.plant]
    const events: PipelineEvent[] = []
    const atoll = deriveWithAtoll(made, {
      isVerbose,
      onEvent: (event) => {
        this.#coverage.count(event)
        events.push(event)
      },
      ...(plant && { config: plant(made.config) }),
    })
    let opNode = await answer
    // Another pending case may have crashed the process.
    if (opNode[0]?.startsWith('crash') === true) opNode = await this.#opNode.derive(encoded)
    this.#coverage.addCase(atoll)
    await this.#judge(made, { number, atoll, opNode, events })
    this.#progress()
  }

  #make(number: number): Case | undefined {
    const random = new Random(Math.imul(this.#options.seed, 0x9e3779b1) + number)
    const base = this.#bases[random.between(0, this.#bases.length - 1)]
    if (base === undefined) return undefined
    try {
      return buildCase(makeDraft(base, random))
    } catch (error) {
      if (!(error instanceof RollupConfigError)) throw error
      console.error(`case ${number}: ${error.message}`)
      return undefined
    }
  }

  async #judge(made: Case, said: Said): Promise<void> {
    const { number, atoll, opNode, events } = said
    if (this.#options.only !== undefined) await this.#keep(made, said)
    const parting = partingOf(atoll, opNode)
    if (parting === undefined) return
    const explanation = explanationOf(made, { ...parting, events })
    if (explanation !== undefined) {
      this.#explained.set(explanation, (this.#explained.get(explanation) ?? 0) + 1)
      return
    }
    this.failures++
    const lines = [
      `\ncase ${number} of ${made.record} differs at step ${parting.step}`,
      ...made.notes.map((note) => `  ${note}`),
      `  Atoll:   ${parting.atoll}`,
      `  op-node: ${parting.opNode}`,
      `  again: npm run test:differential -- ${this.#flagsOf(number)}`,
    ]
    console.log(lines.join('\n'))
    if (this.#options.only === undefined) await this.#keep(made, said)
  }

  /** The flags that run a case again. */
  #flagsOf(number: number): string {
    const { seed, record, plant } = this.#options
    const flags = [`--seed ${seed}`, `--case ${number}`]
    if (record !== undefined) flags.push(`--record ${record}`)
    if (plant !== undefined) flags.push(`--plant ${plant}`)
    return flags.join(' ')
  }

  async #keep(made: Case, { number, atoll, opNode }: Said): Promise<void> {
    const { keep, seed } = this.#options
    if (keep === undefined) return
    const name = join(keep, `${seed}-${number}`)
    await mkdir(keep, { recursive: true })
    await writeFile(`${name}.case`, encodeCase(made, { isVerbose: true }))
    await writeFile(`${name}.atoll.txt`, atoll.join('\n'))
    await writeFile(`${name}.op-node.txt`, opNode.join('\n'))
  }

  #progress(): void {
    this.#done++
    const text = `${this.#done} of ${this.#options.runs} cases`
    if (process.stderr.isTTY) process.stderr.write(`\r${text}`)
    else if (this.#done % 1_000 === 0) console.error(text)
  }
}

await main()
