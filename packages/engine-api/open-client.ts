import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Clock } from '#runtime/clock.ts'
import { EngineApiClient } from './engine-api-client.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { createToken, readJwtSecret } from '#json-rpc/jwt.ts'
import type { Fault } from '#runtime/fault.ts'
import { ReplaceableFiles } from '#runtime/keys/replaceable-files.ts'

/** Address of an execution client, and how to connect to it. */
export interface OpenClientOptions {
  readonly engineUrl: string
  readonly jwtSecretFile: string
  readonly engineTimeoutMs: number
  /** Limit on the size of an answer. */
  readonly maxResponseBytes?: number
  readonly config: RollupConfig
  readonly clock: Clock
  readonly onCall?: (method: string, ms: number) => void
  /** Called with a fault when the secret's file becomes unusable, and with undefined when it is usable again. */
  readonly onSecretProblem?: ((problem: Fault | undefined) => void) | undefined
  readonly signal?: AbortSignal
}

/** Connects to the Engine API of an execution client. @throws Fault if the secret cannot be read */
export async function openExecutionClient(
  options: OpenClientOptions,
): Promise<{ readonly executionClient: EngineApiClient; close(): Promise<void> }> {
  const {
    engineUrl,
    jwtSecretFile,
    engineTimeoutMs: timeoutMs,
    clock,
    onSecretProblem,
    maxResponseBytes,
    ...rest
  } = options
  const secrets = await ReplaceableFiles.open({
    read: () => readJwtSecret(jwtSecretFile),
    onProblem: onSecretProblem,
  })
  const headers = authorizations(secrets, clock)
  const limits = maxResponseBytes === undefined ? {} : { maxResponseBytes }
  const endpoints = [{ url: engineUrl, headers, ...limits }]
  const rpc = new JsonRpcClient({ endpoints, timeoutMs, rounds: 1, clock })
  const monotonicMs = () => clock.monotonicMs()
  return {
    executionClient: new EngineApiClient({ ...rest, rpc, monotonicMs }),
    close: () => rpc.close(),
  }
}

/**
 * Headers of each request. A token contains its time in whole seconds, and takes 0.1 ms to create. So one token is
 * created each second, with the current secret of the file. An operator who replaces the secret need not restart the
 * service.
 */
function authorizations(
  secrets: ReplaceableFiles<Uint8Array>,
  clock: Clock,
): () => Promise<Readonly<Record<string, string>>> {
  let second = 0
  let token = Promise.resolve('')
  const create = async (nowMs: number) => createToken(await secrets.current(), nowMs)
  return async () => {
    const now = Math.floor(clock.now() / 1_000)
    if (now !== second) token = create(now * 1_000)
    second = now
    return { authorization: `Bearer ${await token}` }
  }
}
