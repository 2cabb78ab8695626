import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { isSystemError } from './fault.ts'

/** Limit on the lines that wait for an output whose disk is full; further lines are lost. */
const keptLogBytes = 64 * 1024

/** Pause before a write is repeated, if the output is a pipe with a slow reader. */
const slowReaderMs = 10

/**
 * The standard output, which may be a file on a disk that is full for a while. A failed write does not end the process:
 * up to `keptLogBytes` of lines wait until a later write succeeds. Writes are synchronous, so that a line that explains
 * why a process stops is written before the process ends.
 */
export class LogOutput extends Writable {
  readonly #onLost: (lines: number) => void
  #waiting = Buffer.alloc(0)
  #lost = 0
  #isClosed = false

  /** @param onLost called with the number of lost lines once lines are written again */
  constructor(onLost: (lines: number) => void) {
    super({ decodeStrings: true })
    this.#onLost = onLost
  }

  override _write(line: Buffer, _encoding: string, done: () => void): void {
    if (this.#waiting.length > 0) this.#flush()
    if (this.#waiting.length > 0 && this.#waiting.length + line.length > keptLogBytes) this.#lost++
    else {
      this.#waiting = Buffer.concat([this.#waiting, line])
      this.#flush()
    }
    done()
  }

  #flush(): void {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      try {
        this.#waiting = this.#waiting.subarray(writeSync(1, this.#waiting))
      } catch (error) {
        if (!isSystemError(error)) throw error
        if (error.code === 'EAGAIN') Atomics.wait(slowReader, 0, 0, slowReaderMs)
        else if (error.code === 'EPIPE') this.#isClosed = true
        else return
      }
    }
    if (this.#isClosed) this.#waiting = Buffer.alloc(0)
    if (this.#lost === 0) return
    const lines = this.#lost
    this.#lost = 0
    setImmediate(() => this.#onLost(lines))
  }
}

const slowReader = new Int32Array(new SharedArrayBuffer(4))
