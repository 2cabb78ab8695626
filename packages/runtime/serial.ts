/** Runs tasks one after another, in the order in which they were handed in. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve()

  /** Settles as the task does; a task that fails does not stop the next. */
  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task, task)
    this.#last = result
    return result
  }
}
