export function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs))
}

/** Timeout, interval and error text of `until`. */
export interface UntilOptions {
  readonly withinMs: number
  readonly everyMs?: number
  readonly explain: () => string | Promise<string>
}

/** Polls a condition. @throws Error with the result of `explain` after the timeout */
export async function until(
  what: string,
  { withinMs, everyMs = 500, explain }: UntilOptions,
  holds: () => Promise<boolean>,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadlineMs)
      throw new Error(`${what}: not within ${withinMs / 1_000} s\n${await explain()}`)
    await pause(everyMs)
  }
}
