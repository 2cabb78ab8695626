import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { toHex } from '#protocol/codec/hex.ts'
import { runCommand } from '#node/nats-server/run-command.ts'
import { atExit } from '#runtime/at-exit.ts'
import { hasGo } from '#test/interop/network.ts'

const sources = fileURLToPath(new URL('builder-peer/', import.meta.url))
const cache = fileURLToPath(new URL('../../../node_modules/.cache/atoll/', import.meta.url))

/** Timeout of the build, including the download of about 60 modules. */
const buildTimeoutMs = 900_000

/** Why the program cannot be built on this machine; undefined if it can. */
export function whyNoBuilderPeer(): string | undefined {
  if (hasGo()) return undefined
  return 'the builder that speaks the protocol of op-rbuilder is built with Go 1.25 or later, which is not on PATH'
}

/** Builds the program, unless it was built from the same sources before. @returns its path */
export async function buildBuilderPeer(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(sources)).toSorted())
    hash.update(`${name}\n`).update(await readFile(`${sources}${name}`))
  const program = `${cache}builder-peer-${hash.digest('hex').slice(0, 12)}`
  if (existsSync(program)) return program
  console.error('builds a builder from Go modules (about a minute, once)')
  await mkdir(cache, { recursive: true })
  const making = `${program}-making-${process.pid}`
  await runCommand('go', ['build', '-trimpath', '-buildvcs=false', '-o', making, '.'], {
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    timeoutMs: buildTimeoutMs,
    cwd: sources,
  })
  await rename(making, program)
  return program
}

/** A line that the program read, as it understands the line. */
export interface PeerLine {
  readonly payloadId: string
  readonly number: string
  /** The hash of the header. */
  readonly blockHash: string
  /** Hashes of the transactions. */
  readonly transactions: readonly string[]
  readonly bytes: number
  /** When its end was read, in Unix milliseconds. */
  readonly readMs: number
}

/** A block for the program to make. Plans that differ only in their transactions are one block at two times. */
export interface BlockPlan {
  readonly payloadId: string
  readonly number: number
  /** Number of transactions of users. */
  readonly transactions: number
  /** Bytes of input of each of these transactions. */
  readonly inputBytes?: number
  /** Text of a field that is not part of the protocol. */
  readonly note?: string
}

/** A block that the program made: the line of its message without the end, and its hash. */
export interface MadeBlock {
  readonly line: string
  readonly blockHash: string
}

/** Connections that the program has open, the streams on which it sends, and those that it reads. */
export interface PeerState {
  readonly connections: number
  readonly held: number
  readonly inbound: number
}

/** What to write: a text, one or more times, in pieces that end at the cuts. */
export interface Writing {
  readonly text: string
  readonly times?: number
  /** Offsets in the bytes of the whole text. */
  readonly cuts?: readonly number[]
  readonly pauseMs?: number
}

/** Fields of events of the program; each kind has some of them. */
interface PeerReport {
  readonly event: string
  readonly problem?: string
  readonly peerId?: string
  readonly address?: string
  readonly id?: number
  readonly state?: PeerState
  readonly made?: MadeBlock
  readonly message?: PeerLine
}

/** A connection of a peer that has two. */
export type WhichConnection = 'newest' | 'oldest'

type Command =
  | { readonly do: 'dial'; readonly address: string }
  | { readonly do: 'duplicate'; readonly address: string; readonly closes?: WhichConnection }
  | ({ readonly do: 'send' } & Writing)
  | { readonly do: 'make'; readonly block: BlockPlan }
  | { readonly do: 'stall' | 'resume' | 'drop' | 'state' }

/** Place of a builder: its key, and its port of loopback. */
export interface PeerPlace {
  /** 64 bytes: an ed25519 secret, and its public key. */
  readonly key: Uint8Array
  readonly port: number
}

/** A builder that speaks op-rbuilder's protocol without any code of Atoll: the program of `builder-peer`. */
export class BuilderPeer {
  readonly #child: ChildProcess
  readonly #answers = new Map<number, (report: PeerReport) => void>()
  readonly #ready = Promise.withResolvers<void>()
  /** The lines that it received. */
  readonly lines: PeerLine[] = []
  /** All other reports. */
  readonly reports: PeerReport[] = []
  #commands = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    const cancel = atExit(() => void child.kill('SIGKILL'))
    child.once('exit', () => {
      cancel()
      this.#ready.reject(new Error('the builder ended before it was ready'))
      const gone = { event: 'done', problem: 'the builder has ended' }
      for (const answer of this.#answers.values()) answer(gone)
    })
    // A write to a builder that has ended fails. Its end is reported above.
    child.stdin?.on('error', () => undefined)
    if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => this.#note(line))
  }

  /** Starts the program, and waits until it listens. */
  static async start(program: string, { key, port }: PeerPlace): Promise<BuilderPeer> {
    const args = [String(port), toHex(key).slice(2)]
    const peer = new BuilderPeer(spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] }))
    await peer.#ready.promise
    return peer
  }

  /** Number of reports of a kind. */
  count(event: string): number {
    return this.reports.filter((report) => report.event === event).length
  }

  /** Dials until a connection to the peer is open, for ten seconds at most. */
  async dial(address: string): Promise<void> {
    await this.#succeed({ do: 'dial', address })
  }

  /**
   * Opens a connection to the peer in addition to those that are open.
   *
   * @param closes which connection it then closes without a pause
   * @returns why that failed
   */
  async duplicate(address: string, closes?: WhichConnection): Promise<string | undefined> {
    const command = { do: 'duplicate', address, ...(closes && { closes }) } as const
    return (await this.#answerTo(command)).problem
  }

  /** Writes to all peers. @returns why that failed */
  async send(writing: Writing): Promise<string | undefined> {
    return (await this.#answerTo({ do: 'send', ...writing })).problem
  }

  async make(block: BlockPlan): Promise<MadeBlock> {
    const { made } = await this.#succeed({ do: 'make', block })
    if (made === undefined) throw new Error('the builder made no block')
    return made
  }

  /** Stops reading, or reads again. */
  async reading(what: 'stall' | 'resume'): Promise<void> {
    await this.#succeed({ do: what })
  }

  /** Drops the streams on which it sends, as after a failed write, and keeps its connections. */
  async drop(): Promise<void> {
    await this.#succeed({ do: 'drop' })
  }

  async state(): Promise<PeerState> {
    const { state } = await this.#succeed({ do: 'state' })
    return state ?? { connections: 0, held: 0, inbound: 0 }
  }

  /** Ends the program: at the end of its input, or without a chance to close its connections. */
  async stop(how: 'input' | 'kill' = 'input'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    if (how === 'kill') this.#child.kill('SIGKILL')
    else this.#child.stdin?.end()
    await ended
  }

  async #succeed(command: Command): Promise<PeerReport> {
    const report = await this.#answerTo(command)
    if (report.problem === undefined) return report
    throw new Error(`${command.do}: ${report.problem}`)
  }

  #answerTo(command: Command): Promise<PeerReport> {
    const id = ++this.#commands
    const { promise, resolve } = Promise.withResolvers<PeerReport>()
    this.#answers.set(id, resolve)
    this.#child.stdin?.write(`${JSON.stringify({ id, ...command })}\n`)
    return promise
  }

  #note(line: string): void {
    const report = JSON.parse(line) as PeerReport
    const { event, id, message } = report
    if (event === 'ready') this.#ready.resolve()
    if (event === 'done') {
      this.#answers.get(id ?? 0)?.(report)
      this.#answers.delete(id ?? 0)
    } else if (message === undefined) this.reports.push(report)
    else this.lines.push(message)
  }
}
