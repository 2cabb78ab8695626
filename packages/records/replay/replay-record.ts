import { toAddress } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Clock } from '#runtime/clock.ts'
import { serveJsonRpc } from '#json-rpc/json-rpc-server.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readLines, requireFile, within } from '#records/folder/read-lines.ts'
import { serveBeaconApi } from './beacon-api.ts'
import { madeUpGenesis } from './made-up-genesis.ts'
import { replayMethods, storageMethod } from './replay-methods.ts'
import { type Growth, replayViews, type TimedView } from './replay-views.ts'
import { parseReplayedBlock, ReplayedChain } from './replayed-chain.ts'

/** Options of a replayed L1. */
export interface ReplayL1Options {
  readonly host: string
  /** 0 for any free port. */
  readonly rpcPort: number
  /** 0 for any free port. */
  readonly beaconPort: number
  readonly clock: Clock
  /** Called for each JSON-RPC call. */
  readonly onCall?: (method: string) => void
  /** How the chain grows. If undefined, the whole chain is served, and only `chain.moveHead` changes the head. */
  readonly growth?: Growth
  /** Unsafe block signer until a log changes it; default: the zero address. */
  readonly unsafeBlockSigner?: Address | undefined
}

/** A running L1. */
export interface ReplayedL1 {
  /** HTTP URL. The WebSocket URL is the same with `ws` instead of `http`. */
  readonly rpcUrl: string
  readonly beaconUrl: string
  /** The chain; its head can be moved. */
  readonly chain: ReplayedChain
  /** Resolves when all blocks of the record are served and finalized. */
  readonly grown: Promise<void>
  close(): Promise<void>
}

/**
 * Serves the L1 of a record from memory: JSON-RPC over HTTP and WebSocket, and the beacon API.
 *
 * @throws Fault `record` with file and line if the record cannot be used; `rpc-port` if a port cannot be bound;
 * `settings` for an invalid reorg
 */
export async function replayL1(folder: string, options: ReplayL1Options): Promise<ReplayedL1> {
  const { host, rpcPort, beaconPort, clock, growth } = options
  const config = await readRollupConfig(folder)
  const recorded = await readReplayedChain(requireFile(folder, 'l1.ndjson'), (json) => json)
  const { blocks, first: oldest } = recorded
  const chain = oldest.number === 0n ? recorded : new ReplayedChain(blocks, madeUpGenesis(oldest))
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
 * Reads the blocks of a file of a record.
 *
 * @param toLine converts a line to the form of `l1.ndjson`
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

/** Applies each view at its time. */
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
