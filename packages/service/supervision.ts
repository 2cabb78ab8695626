import * as z from 'zod'
import type { Restarted } from '#messages/service-status.ts'

/** A report of a service process to the node that started it, over the IPC channel. */
export type ServiceNews =
  /** Address of the health, readiness and metrics of the service. */
  | { readonly kind: 'health'; readonly url: string }
  /** Why the service ends. */
  | { readonly kind: 'failed'; readonly reason: string }

const newsSchema = z.union([
  z.object({ kind: z.literal('health'), url: z.string() }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
])

/** Reports to the node that started this process; resolves immediately if no node started it. */
export function reportToNode(news: ServiceNews): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    // An exit before the message is sent would lose the message. An error means that the node is gone, and is ignored.
    else process.send(news, undefined, undefined, () => resolve())
  })
}

/** Reads a report of a service process; undefined for any other message. */
export function parseNews(message: unknown): ServiceNews | undefined {
  return newsSchema.safeParse(message).data
}

const restartedSchema = z.object({
  reason: z.string(),
  failures: z.number(),
  lastMs: z.number(),
})

/** Environment variable in which a node passes `Restarted` to a service that it starts again. */
const restartedVariable = 'ATOLL_RESTARTED'

/**
 * Environment variables that a node adds for a service: one variable if the service was started again, otherwise none.
 */
export function restartedEnvironment(
  restarted: Restarted | undefined,
): Readonly<Record<string, string>> {
  return restarted === undefined ? {} : { [restartedVariable]: JSON.stringify(restarted) }
}

/** Why this process was started again; undefined if it was not, or has no supervisor. */
export function readRestarted(
  env: Readonly<Record<string, string | undefined>>,
): Restarted | undefined {
  try {
    return restartedSchema.safeParse(JSON.parse(env[restartedVariable] ?? 'null')).data
  } catch (error) {
    // The variable is not from a node: another program set it.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
