import { setImmediate } from 'node:timers/promises'
import { type EVM, EVMError } from '@ethereumjs/evm'

/** Steps between two looks at the clock. */
const stepsBetweenLooks = 1_024

/** Calls, creations, and what ends a frame: one may take long, so each looks at the clock. */
const firstCallOpcode = 0xf0

/** A run lets others have their turn as often. */
const turnMs = 25

/** Ends a run of an interpreter that takes too long, and lets others have their turn meanwhile. */
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

  /** Whether the run was ended: what came of it says nothing. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** What the next step has to wait for, if anything. @throws EVMError once the time is over, in each frame anew */
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

/** Has a watch look at what an interpreter runs from now on; undefined takes it away. */
export function watchSteps(evm: EVM, watch: StepWatch | undefined): void {
  Object.assign(evm, { [watchKey]: watch })
}

interface Stepping {
  readonly _evm: { readonly [watchKey]?: StepWatch }
  readonly _runState: { readonly opCode: number }
}

type Step = (this: Stepping, opcode: unknown) => Promise<void>

/** Has the steps of all interpreters heed their watch. One without a watch runs as before. */
export function heedWatches(prototype: Record<string, unknown>): void {
  const step = prototype['runStep'] as Step | undefined
  if (typeof step !== 'function') return
  prototype['runStep'] = function watched(this: Stepping, opcode: unknown): Promise<void> {
    const wait = this._evm[watchKey]?.beforeStep(this._runState.opCode)
    if (wait === undefined) return step.call(this, opcode)
    return wait.then(() => step.call(this, opcode))
  }
}
