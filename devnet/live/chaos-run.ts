import type { Clock } from '#runtime/clock.ts'
import type { OnLog } from '#runtime/log.ts'
import { Random } from '#runtime/random.ts'
import { type Accident, Chaos } from './chaos.ts'
import { type ProcessUsage, UsageSamples } from './process-usage.ts'
import type { LiveWorld } from './start-live.ts'

/** Options of a run with accidents. */
export interface ChaosRunOptions {
  readonly chaosSeed: number
  readonly l1BlockSeconds: number
  readonly clock: Clock
  readonly logLevel: string
  readonly report: (what: string) => void
  readonly onLog: OnLog | undefined
}

/** What happened in a run with accidents. */
export interface ChaosResult {
  /** Number of accidents by kind. */
  readonly accidents: Readonly<Partial<Record<Accident, number>>>
  /** Number of warnings and errors that services logged. */
  readonly warnings: number
  /** Those of them that no accident explains, the first 1,000. */
  readonly unexplained: readonly string[]
  /** Memory and open files by process; empty on systems without `/proc`. */
  readonly usage: Readonly<Record<string, ProcessUsage>>
}

/** Limit on the lines in a result. */
const maxUnexplained = 1_000

/** Milliseconds between two samples of the memory. */
const sampleMs = 5_000

/** Lets accidents happen to a devnet, and watches its logs and its processes. */
export class ChaosRun {
  readonly #options: ChaosRunOptions
  readonly #samples = new UsageSamples()
  readonly #unexplained: string[] = []
  readonly #failed = Promise.withResolvers<never>()
  #chaos: Chaos | undefined
  #warnings = 0
  #stopSampling: () => void = () => undefined

  constructor(options: ChaosRunOptions) {
    this.#options = options
    // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
    this.#failed.promise.catch(() => undefined)
  }

  /** Settings of the logs of the devnet: all warnings are logged. */
  get logging(): { readonly logLevel: string; readonly onLog: OnLog } {
    const { logLevel, onLog, report } = this.#options
    return {
      logLevel: logLevel === 'error' ? 'warn' : logLevel,
      onLog: (text) => {
        for (const line of text.split('\n')) this.#count(line)
        if (onLog === undefined) report(text)
        else onLog(text)
      },
    }
  }

  /** Rejects when an accident cannot be made or healed. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  /** The last accident, in words. */
  get last(): string | undefined {
    return this.#chaos?.last
  }

  start(world: LiveWorld): void {
    const { chaosSeed, clock, l1BlockSeconds, report } = this.#options
    const l1Genesis = world.rollup.config.genesis.l1.number
    const parts = { ...world, l1BlockSeconds, l1Genesis }
    const chaos = new Chaos({ world: parts, random: new Random(chaosSeed), clock, report })
    chaos.failed.catch(this.#failed.reject)
    this.#chaos = chaos
    const sample = () => this.#samples.add(new Map([['devnet', process.pid], ...world.processes()]))
    const timer = setInterval(() => void sample().catch(this.#failed.reject), sampleMs)
    this.#stopSampling = () => clearInterval(timer)
  }

  /** Heals the current accident, and lets no other happen. */
  async stop(): Promise<void> {
    this.#stopSampling()
    await this.#chaos?.stop()
  }

  result(): ChaosResult {
    return {
      accidents: Object.fromEntries(this.#chaos?.counts ?? []),
      warnings: this.#warnings,
      unexplained: this.#unexplained,
      usage: Object.fromEntries(this.#samples.summary()),
    }
  }

  #count(line: string): void {
    // While the nodes start one after another, they cannot reach each other.
    if (this.#chaos === undefined || !/^\S+ (?:WARN|ERROR|FATAL) *\[/u.test(line)) return
    this.#warnings++
    const isKept = this.#unexplained.length < maxUnexplained
    if (!this.#chaos.explainsWarning() && isKept) this.#unexplained.push(line)
  }
}
