import type { Clock } from '#runtime/clock.ts'
import { serveJsonRpc } from '#runtime/json-rpc/json-rpc-server.ts'
import { readRollupConfig } from '#runtime/record/open-record.ts'
import { readLines, requireFile, within } from '#runtime/record/read-lines.ts'
import { serveBeaconApi } from './beacon-api.ts'
import { replayMethods } from './replay-methods.ts'
import { parseReplayedBlock, ReplayedChain } from './replayed-chain.ts'

/** Where an L1 is served. */
export interface ReplayL1Options {
  readonly host: string
  /** 0 takes one that is free. */
  readonly rpcPort: number
  /** 0 takes one that is free. */
  readonly beaconPort: number
  readonly clock: Clock
}

/** An L1 that runs. */
export interface ReplayedL1 {
  readonly rpcUrl: string
  readonly beaconUrl: string
  /** Its head can be moved. */
  readonly chain: ReplayedChain
  close(): Promise<void>
}

/**
 * Serves the L1 of a record: JSON-RPC and beacon API, with the last recorded block as head. All of it is held in memory.
 *
 * @throws Fault `record` that says where, if the record cannot be used; `rpc-port` if a port cannot be had
 */
export async function replayL1(folder: string, options: ReplayL1Options): Promise<ReplayedL1> {
  const { host, rpcPort, beaconPort, clock } = options
  const { l1ChainId } = await readRollupConfig(folder)
  const chain = await readReplayedChain(requireFile(folder, 'l1.ndjson'), (json) => json)
  const methods = replayMethods(chain, l1ChainId)
  const rpc = await serveJsonRpc({ host, port: rpcPort, methods, clock })
  const beacon = await serveBeaconApi(chain, { host, port: beaconPort })
  return {
    rpcUrl: rpc.url,
    beaconUrl: beacon.url,
    chain,
    close: async () => {
      await Promise.all([rpc.close(), beacon.close()])
    },
  }
}

/**
 * The blocks of a file of a record.
 *
 * @param toLine makes of a line what a line of `l1.ndjson` is
 * @throws Fault `record` with file and line
 */
export async function readReplayedChain(
  path: string,
  toLine: (json: unknown) => unknown,
): Promise<ReplayedChain> {
  const blocks = []
  for await (const { json, where } of readLines(path))
    blocks.push(within(where, () => parseReplayedBlock(toLine(json))))
  return new ReplayedChain(blocks)
}
