import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '#runtime/clock.ts'
import type { OnCall } from '#json-rpc/json-rpc-dispatch.ts'
import { createLog, type LogOptions } from '#runtime/log.ts'
import { findFile, requireFile } from '#records/folder/read-lines.ts'
import type { ExecutionClient } from '#execution-client/execution-client.ts'
import type { ReplayedL1 } from '#records/replay/replay-record.ts'

/** Options that the L1 and the execution client share. A record holds the recorded L1 and L2 blocks of a chain. */
export interface RecordWorldOptions {
  readonly record: string
  readonly clock: Clock
}

/** Serves the L1 of the record. @param options.speed factor on the recorded speed; 0: all blocks from the start */
export async function startL1({
  record,
  speed,
  clock,
}: RecordWorldOptions & { readonly speed: number }): Promise<ReplayedL1> {
  const { replayL1 } = await import('#records/replay/replay-record.ts')
  return replayL1(record, {
    host: '127.0.0.1',
    rpcPort: 0,
    beaconPort: 0,
    clock,
    growth: { speed, reorgs: [], safeLag: 4n, finalizedLag: 8n },
  })
}

/** Options of the embedded execution client. */
export interface RecordClientOptions extends RecordWorldOptions {
  /** Called for each Engine API call. */
  readonly onCall?: OnCall
  /** Default: JSON. */
  readonly logFormat?: LogOptions['logFormat']
  readonly onLog?: LogOptions['onLog']
}

/** Starts the embedded execution client at the genesis of the record. The client logs only errors. */
export async function startClient(
  { record, clock, onCall, logFormat = 'json', onLog }: RecordClientOptions,
  folder: string,
  jwtSecret: Uint8Array,
): Promise<ExecutionClient> {
  const { startExecutionClient } = await import('#execution-client/execution-client.ts')
  const { readGenesis } = await import('#execution-client/genesis/read-genesis.ts')
  const genesis = await readGenesis(requireFile(record, 'genesis.json'))
  await mkdir(join(folder, 'execution'), { recursive: true })
  return startExecutionClient({
    // The recorded blocks were built by op-geth, so the client follows the rules of op-geth.
    genesis: {
      ...genesis,
      config: { ...genesis.config, hasOsakaAtKarst: false, hasUsersAtForks: true },
    },
    databaseFile: join(folder, 'execution', 'chain.sqlite'),
    archive: true,
    engine: { host: '127.0.0.1', port: 0, jwtSecret, ...(onCall !== undefined && { onCall }) },
    rpc: { host: '127.0.0.1', port: 0, cors: undefined },
    clock,
    log: createLog({ logFormat, logLevel: 'error', fields: { service: 'execution' }, onLog }),
  })
}

/** Settings that give a node the rollup config of the record, by key. */
export function configFiles(record: string): Readonly<Record<string, string>> {
  const l1ChainConfig = findFile(record, 'l1-chain-config.json')
  const dependencySet = findFile(record, 'depset.json')
  return {
    rollupConfig: requireFile(record, 'rollup.json'),
    ...(l1ChainConfig !== undefined && { l1ChainConfig }),
    ...(dependencySet !== undefined && { dependencySet }),
  }
}
