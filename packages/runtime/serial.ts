/** Runs tasks one after another, in the order of submission. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs a task after all earlier tasks, and settles as the task does. A failed task does not stop later tasks. */
  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task, task)
    this.#last = result
    return result
  }
}
