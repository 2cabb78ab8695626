import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('./op-node/', import.meta.url))

/** Where the reference and its module are kept, unless `ATOLL_DIFFERENTIAL_CACHE` says. */
const cache =
  process.env['ATOLL_DIFFERENTIAL_CACHE'] ??
  fileURLToPath(new URL('../../node_modules/.cache/atoll/differential/', import.meta.url))

/** op-node's pipeline in a process of its own, which takes one case after the other. */
export class OpNodeSide {
  readonly #waiting: ((lines: readonly string[]) => void)[] = []
  #child: ChildProcess | undefined
  #received: Buffer[] = []
  #receivedBytes = 0

  /** @param encoded of `encodeCase`; answers come in the order of the questions */
  derive(encoded: Buffer): Promise<readonly string[]> {
    this.#child ??= this.#start()
    const { promise, resolve } = Promise.withResolvers<readonly string[]>()
    this.#waiting.push(resolve)
    this.#child.stdin?.write(encoded)
    return promise
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.stdin?.end()
    await ended
  }

  #start(): ChildProcess {
    const child = spawn(join(cache, 'differential-op-node'), { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk))
    // A write to a process that died; its exit says so.
    child.stdin?.on('error', () => undefined)
    child.once('exit', (code, signal) => this.#ended(`crash # ${signal ?? code}`))
    child.once('error', (error) => this.#ended(`crash # ${error.message}`))
    return child
  }

  /** What it was given besides the case that it died of is lost with it, and has to be asked again. */
  #ended(reason: string): void {
    this.#child = undefined
    this.#received = []
    this.#receivedBytes = 0
    for (const answer of this.#waiting.splice(0)) answer([reason])
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk)
    this.#receivedBytes += chunk.length
    for (;;) {
      if (this.#receivedBytes < 4) return
      const head = this.#received[0]
      if (head === undefined) return
      const all = head.length >= 4 ? head : this.#joined()
      const end = 4 + all.readUInt32BE()
      if (this.#receivedBytes < end) return
      const bytes = this.#joined()
      const lines = bytes.subarray(4, end).toString().split('\n').slice(0, -1)
      this.#received = [bytes.subarray(end)]
      this.#receivedBytes = bytes.length - end
      this.#waiting.shift()?.(lines)
    }
  }

  #joined(): Buffer {
    const bytes = Buffer.concat(this.#received)
    this.#received = [bytes]
    return bytes
  }
}

/** Whether Go is there, which the reference is built with. */
export async function hasGo(): Promise<boolean> {
  const child = spawn('bash', ['-c', 'command -v go'], { stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}

/** Builds the reference; seconds if its module is there already. @throws Error if it cannot be built */
export async function buildOpNodeSide(): Promise<void> {
  const child = spawn('bash', [join(folder, 'build.sh'), cache], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`op-node's side cannot be built: build.sh ends with ${code}`)
}
