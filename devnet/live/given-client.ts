import type { Report } from '#node/supervisor.ts'
import { type ClientProcess, untilAnswers } from './client-process.ts'

/** URLs of an execution client that the user runs. */
export interface GivenClient {
  readonly engineUrl: string
  readonly rpcUrl: string
}

/** Options for the wait for an execution client. */
export interface GivenClientOptions {
  readonly client: GivenClient
  /** Files with which the user starts the client. */
  readonly genesis: string
  readonly jwtSecretFile: string
  readonly report: Report
  readonly signal: AbortSignal
}

/** Waits until an execution client that the user runs answers. The user can start it only now, with the new genesis. */
export async function awaitGivenClient(options: GivenClientOptions): Promise<ClientProcess> {
  const { client, genesis, jwtSecretFile, report, signal } = options
  report(
    `waits for the execution client at ${client.rpcUrl}: start it with the genesis ${genesis} and the JWT secret ${jwtSecretFile}`,
  )
  await untilAnswers(client.rpcUrl, { signal })
  return {
    ...client,
    pid: () => undefined,
    // The node reports what is wrong with the client.
    failed: new Promise<never>(() => undefined),
    stop: () => Promise.resolve(),
  }
}
