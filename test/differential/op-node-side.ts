import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs op-node's pipeline in a separate process, which derives one case after the other. */
export class OpNodeSide {
  readonly #program: string
  readonly #waiting: ((lines: readonly string[]) => void)[] = []
  #child: ChildProcess | undefined
  #received: Buffer[] = []
  #receivedBytes = 0

  /** @param program path of `differential` of `test/op-node` */
  constructor(program: string) {
    this.#program = program
  }

  /** @param encoded result of `encodeCase`; cases are answered in the order of the calls */
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
    const child = spawn(this.#program, { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk))
    // A write to a dead process fails. The exit handler reports the end of the process.
    child.stdin?.on('error', () => undefined)
    child.once('exit', (code, signal) => this.#ended(`crash # ${signal ?? code}`))
    child.once('error', (error) => this.#ended(`crash # ${error.message}`))
    return child
  }

  /**
   * Answers all pending cases with the reason. These cases are lost with the process, so the caller must send them
   * again.
   */
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
