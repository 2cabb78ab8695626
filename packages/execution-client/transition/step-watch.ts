import { setImmediate } from 'node:timers/promises'
import { type EVM, EVMError } from '@ethereumjs/evm'

/** Steps between two checks of the clock. */
const stepsBetweenLooks = 1_024

/**
 * The first of the opcodes that call, create or end a frame. Each of them may take long, so the clock is checked at
 * each of them.
 */
const firstCallOpcode = 0xf0

/** Interval at which a run yields to other tasks. */
const turnMs = 25

/** Aborts an interpreter run at its timeout, and makes the run yield to other tasks at intervals. */
export class StepWatch {
  readonly #endsAtMs: number
  #turnEndsAtMs: number
  #steps = 0
  #isOver = false

  constructor(timeoutMs: number) {
    const now = performance.now()
    this.#endsAtMs = now + timeoutMs
    this.#turnEndsAtMs = now + turnMs
  }

  /** Whether the run was aborted, so that its result is meaningless. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Called before each step. Returns a promise if the step must wait. @throws EVMError after the timeout */
  beforeStep(opcode: number): Promise<void> | undefined {
    this.#steps++
    const isLook = opcode >= firstCallOpcode || this.#steps % stepsBetweenLooks === 0
    if (!isLook && !this.#isOver) return undefined
    const now = performance.now()
    this.#isOver ||= now >= this.#endsAtMs
    if (this.#isOver) throw new EVMError(EVMError.errorMessages.OUT_OF_GAS)
    if (now < this.#turnEndsAtMs) return undefined
    return this.#giveTurn()
  }

  async #giveTurn(): Promise<void> {
    await setImmediate()
    this.#turnEndsAtMs = performance.now() + turnMs
  }
}

const watchKey = Symbol('watch')

/** Sets or removes the watch of an interpreter. */
export function watchSteps(evm: EVM, watch: StepWatch | undefined): void {
  Object.assign(evm, { [watchKey]: watch })
}

interface Stepping {
  readonly _evm: { readonly [watchKey]?: StepWatch }
  readonly _runState: { readonly opCode: number }
}

type Step = (this: Stepping, opcode: unknown) => Promise<void>

/** Makes each step of an interpreter check the watch that is set for the interpreter, if any. */
export function heedWatches(prototype: Record<string, unknown>): void {
  const step = prototype['runStep'] as Step | undefined
  if (typeof step !== 'function') return
  prototype['runStep'] = function watched(this: Stepping, opcode: unknown): Promise<void> {
    const wait = this._evm[watchKey]?.beforeStep(this._runState.opCode)
    if (wait === undefined) return step.call(this, opcode)
    return wait.then(() => step.call(this, opcode))
  }
}
