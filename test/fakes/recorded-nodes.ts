import type { TestContext } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { serveJsonRpc } from '#json-rpc/json-rpc-server.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { requireFile } from '#records/folder/read-lines.ts'
import { serveBeaconApi } from '#records/replay/beacon-api.ts'
import { replayMethods } from '#records/replay/replay-methods.ts'
import { readReplayedChain } from '#records/replay/replay-record.ts'
import { type ReplayedBlock, ReplayedChain } from '#records/replay/replayed-chain.ts'

/** Changes to the answers of the served nodes. A changed answer differs from the record. */
export interface Lies {
  readonly l1?: (methods: Methods) => Methods
  readonly l2?: (methods: Methods) => Methods
  readonly beacon?: (block: ReplayedBlock) => ReplayedBlock
}

/** Addresses of the served nodes. */
export interface RecordedNodes {
  readonly l1RpcUrl: string
  readonly l1BeaconUrl: string
  readonly l2RpcUrl: string
}

/** Serves the answers of a record until the test ends, like the nodes from which the chain was recorded. */
export async function serveRecord(
  t: TestContext,
  folder: string,
  lies: Lies = {},
): Promise<RecordedNodes> {
  const { l1ChainId, l2ChainId } = await readRollupConfig(folder)
  const l1 = await readReplayedChain(requireFile(folder, 'l1.ndjson'), (line) => line)
  const l2 = await readReplayedChain(requireFile(folder, 'l2.ndjson'), (block) => ({ block }))
  const serve = async (methods: Methods) => {
    const server = await serveJsonRpc({ host: '127.0.0.1', port: 0, methods, clock: systemClock })
    t.after(() => server.close())
    return server.url
  }
  const same = <Value>(value: Value): Value => value
  const blobs = new ReplayedChain(l1.blocks.map(lies.beacon ?? same))
  const beacon = await serveBeaconApi(blobs, { host: '127.0.0.1', port: 0 })
  t.after(() => beacon.close())
  return {
    l1RpcUrl: await serve((lies.l1 ?? same)(replayMethods(l1, l1ChainId))),
    l2RpcUrl: await serve((lies.l2 ?? same)(replayMethods(l2, l2ChainId))),
    l1BeaconUrl: beacon.url,
  }
}
