import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { Clock } from '#runtime/clock.ts'
import type { ExecutionPorts } from '#services/rpc/ports.ts'
import { executionTimeoutMs, maxAnswerBytes } from './execution-rpc.ts'

/** Settings of the execution client's JSON-RPC. */
export interface ExecutionSettings {
  readonly executionRpcUrl?: string | undefined
  readonly executionRpcPassOn: boolean
}

/** Opens the execution client's JSON-RPC; undefined if the settings do not name it. */
export function openExecution(
  { executionRpcPassOn: passesOn, executionRpcUrl: url }: ExecutionSettings,
  clock: Clock,
): (ExecutionPorts & { close(): Promise<void> }) | undefined {
  if (url === undefined) return undefined
  const open = () =>
    new JsonRpcClient({
      endpoints: [{ url, maxResponseBytes: maxAnswerBytes }],
      timeoutMs: executionTimeoutMs,
      // A call of a client is made once, since the client decides what to repeat.
      rounds: 1,
      clock,
    })
  const [calls, own] = [open(), open()]
  const close = async () => {
    await Promise.all([calls.close(), own.close()])
  }
  return { calls, own, passesOn, close }
}
