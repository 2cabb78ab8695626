import { toAddress } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Clock } from '#runtime/clock.ts'
import { serveJsonRpc } from '#json-rpc/json-rpc-server.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readLines, requireFile, within } from '#records/folder/read-lines.ts'
import { serveBeaconApi } from './beacon-api.ts'
import { replayMethods, storageMethod } from './replay-methods.ts'
import { type Growth, replayViews, type TimedView } from './replay-views.ts'
import { parseReplayedBlock, ReplayedChain } from './replayed-chain.ts'

/** Where an L1 is served, and how it grows. */
export interface ReplayL1Options {
  readonly host: string
  /** 0 takes one that is free. */
  readonly rpcPort: number
  /** 0 takes one that is free. */
  readonly beaconPort: number
  readonly clock: Clock
  /** Told of each call, for who counts them. */
  readonly onCall?: (method: string) => void
  /** Left out: all of it is there, and its head moves as it is told. */
  readonly growth?: Growth
  /** Who signs unsafe blocks as long as the record says nothing; nobody, if it is left out. */
  readonly unsafeBlockSigner?: Address | undefined
}

/** An L1 that runs. */
export interface ReplayedL1 {
  /** For HTTP; a WebSocket has the same with `ws`. */
  readonly rpcUrl: string
  readonly beaconUrl: string
  /** Its head can be moved. */
  readonly chain: ReplayedChain
  /** Resolves when all of the record is there, and final. */
  readonly grown: Promise<void>
  close(): Promise<void>
}

/**
 * Serves the L1 of a record: JSON-RPC by HTTP and WebSocket, and the beacon API. All of it is held in memory.
 *
 * @throws Fault `record` that says where, if the record cannot be used; `rpc-port` if a port cannot be had; `settings` for a reorg
 * that does not fit
 */
export async function replayL1(folder: string, options: ReplayL1Options): Promise<ReplayedL1> {
  const { host, rpcPort, beaconPort, clock, growth } = options
  const config = await readRollupConfig(folder)
  const chain = await readReplayedChain(requireFile(folder, 'l1.ndjson'), (json) => json)
  const views = growth === undefined ? [] : replayViews(chain.blocks, growth)
  const signer = options.unsafeBlockSigner ?? toAddress(new Uint8Array(20))
  const methods = {
    ...replayMethods(chain, config.l1ChainId),
    ...storageMethod(chain, config, signer),
  }
  const [first, ...later] = views
  if (first !== undefined) chain.begin(first.view)
  const { onCall } = options
  const rpc = await serveJsonRpc({
    host,
    port: rpcPort,
    name: { what: 'JSON-RPC of L1', portFlag: '--rpc-port' },
    methods,
    clock,
    ...(onCall !== undefined && { onCall }),
  })
  const beacon = await serveBeaconApi(chain, { host, port: beaconPort })
  const grown = Promise.withResolvers<undefined>()
  const stop = play(later, { chain, clock, onEnd: () => grown.resolve(undefined) })
  return {
    rpcUrl: rpc.url,
    beaconUrl: beacon.url,
    chain,
    grown: grown.promise,
    close: async () => {
      stop()
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

/** Shows one after the other at its time. */
function play(
  views: readonly TimedView[],
  {
    chain,
    clock,
    onEnd,
  }: { readonly chain: ReplayedChain; readonly clock: Clock; readonly onEnd: () => void },
): () => void {
  const startMs = clock.monotonicMs()
  let cancel = () => {}
  const next = (at: number): void => {
    const due = views[at]
    if (due === undefined) {
      onEnd()
      return
    }
    const show = () => {
      chain.show(due.view)
      next(at + 1)
    }
    cancel = clock.after(Math.max(0, startMs + due.atMs - clock.monotonicMs()), show)
  }
  next(0)
  return () => cancel()
}
