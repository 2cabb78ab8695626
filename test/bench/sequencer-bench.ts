import { join } from 'node:path'
import {
  flagsOf,
  type NetworkFile,
  type NodeFile,
  Program,
  programs,
  whyNoNetwork,
} from '#test/interop/network.ts'
import { BlockTimes, portOf, startSequencer } from '#test/interop/sequencers.ts'
import { until } from '#test/interop/until.ts'
import { type Started, withNetwork } from '#test/interop/with-network.ts'
import { type BuildingProxy, startBuildingProxy } from './building-proxy.ts'
import { summarise, type Summary } from './statistics.ts'

/** The blocks of one sequencer under one load. */
export interface SequencerResult {
  readonly program: 'Atoll' | 'op-node'
  readonly blockSeconds: number
  readonly load: string
  /** Median size of a block in the Engine API, in kilobytes. */
  readonly kilobytes: number
  /** Share of the gas limit that a block uses, as gas or as DA footprint, whichever is larger; median. */
  readonly fullness: number
  /** Share of the slot in which the execution client builds, median. */
  readonly buildingShare: number
  /** From the request for the block until a verifier that got it by gossip has inserted it, in milliseconds. */
  readonly sealToPeer: Summary
  /** From the timestamp of the block until a verifier has inserted it, in milliseconds. */
  readonly delay: Summary
}

/** Number of measured blocks of each sequencer and load. */
const blocks = Number(process.env['ATOLL_BENCH_BLOCKS'] ?? 40)

/**
 * Transactions of an account: rate per second, bytes of calldata of every fourth transaction, and whether this calldata
 * compresses.
 */
const loads = [
  { name: 'few transactions', rate: 2, size: 0, repeat: false },
  // Random calldata reaches the limit of the DA footprint. Calldata that compresses reaches the gas limit.
  { name: 'full by DA footprint', rate: 100, size: 30_000, repeat: false },
  { name: 'full by gas', rate: 140, size: 30_000, repeat: true },
] as const

/**
 * Measures op-node and Atoll as the sequencer of one network, on the same op-geth, with blocks of 2 s and of 1 s.
 *
 * @throws Error if there is no reference network
 */
export async function benchSequencer(
  report: (what: string) => void,
): Promise<readonly SequencerResult[]> {
  const missing = whyNoNetwork()
  if (missing !== undefined) throw new Error(missing)
  const results: SequencerResult[] = []
  for (const blockSeconds of [2, 1])
    for (const load of loads) {
      const flags = {
        'l2-block-time': String(blockSeconds),
        'forks-offset': '2',
        'forks-gap': '1',
        send: '0',
      }
      await withNetwork(flags, async (started) => {
        await started.network.control('node-a', 'stop')
        for (const program of ['op-node', 'Atoll'] as const)
          results.push(await measure(started, { program, blockSeconds, load, report }))
      })
    }
  return results
}

async function measure(
  { folder, network }: Started,
  {
    blockSeconds,
    load: { name: load, ...transactions },
    program,
    report,
  }: Pick<SequencerResult, 'program' | 'blockSeconds'> & {
    readonly load: (typeof loads)[number]
    readonly report: (what: string) => void
  },
): Promise<SequencerResult> {
  const { file } = network
  const { a, b } = file.nodes
  report(`${program}, blocks of ${blockSeconds} s, ${load}`)
  const proxy = await startBuildingProxy(a.engineUrl)
  const place = { ...a, engineUrl: proxy.url }
  const times = new BlockTimes(b.executionUrl)
  const node =
    program === 'op-node'
      ? startOpNode(file, place)
      : await startSequencer(file, { folder, name: 'a', place, peers: [b.multiaddr] })
  const sender = startSender(a.executionUrl, transactions)
  try {
    const explain = async () => ('explain' in node ? node.explain() : node.output.slice(-2_000))
    const isSteady = async () => (times.delays.get(times.newest) ?? Infinity) < 1_000
    await until('blocks are on time', { withinMs: 120_000, explain }, isSteady)
    const from = times.newest + 8
    const withinMs = (blocks + 60) * blockSeconds * 1_000
    const isDone = async () => times.newest >= from + blocks
    await until(`${blocks} blocks`, { withinMs, explain }, isDone)
    const range = { from, to: from + blocks }
    return { program, blockSeconds, load, ...summaryOf(range, { proxy, times, blockSeconds }) }
  } finally {
    await sender.stop()
    await node.stop()
    await times.stop()
    await proxy.close()
  }
}

function summaryOf(
  { from, to }: { readonly from: number; readonly to: number },
  {
    blockSeconds,
    proxy,
    times,
  }: {
    readonly blockSeconds: number
    readonly proxy: BuildingProxy
    readonly times: BlockTimes
  },
): Pick<SequencerResult, 'kilobytes' | 'fullness' | 'buildingShare' | 'sealToPeer' | 'delay'> {
  const built = proxy.blocks.filter(({ number }) => number >= from && number < to)
  const sealToPeer = built.flatMap(({ number, askedMs }) => {
    const seenMs = times.seen.get(number)
    return seenMs === undefined ? [] : [seenMs - askedMs]
  })
  const slotMs = blockSeconds * 1_000
  return {
    fullness: summarise(built.map(({ fullness }) => fullness)).median,
    kilobytes: summarise(built.map(({ bytes }) => bytes / 1_000)).median,
    buildingShare: summarise(built.map(({ askedMs, startedMs }) => (askedMs - startedMs) / slotMs))
      .median,
    sealToPeer: summarise(sealToPeer),
    delay: summarise(times.between(from, to - 1)),
  }
}

function startSender(
  rpc: string,
  { rate, repeat, size }: Omit<(typeof loads)[number], 'name'>,
): Program {
  const flags = flagsOf({ rpc, rate: String(rate), size: String(size), repeat: String(repeat) })
  return new Program(join(programs, 'refnet'), ['send', ...flags])
}

/** Starts op-node as the sequencer, with the flags of the network's own op-node. */
function startOpNode(file: NetworkFile, place: NodeFile): Program {
  const [, , , , p2pPort = ''] = place.multiaddr.split('/')
  return new Program(
    join(programs, 'op-node'),
    flagsOf({
      l1: file.l1.rpcUrl,
      'l1.beacon': file.l1.beaconUrl,
      'l1.rpckind': 'standard',
      'l1.http-poll-interval': '500ms',
      l2: place.engineUrl,
      'l2.jwt-secret': file.files.jwt,
      'l2.enginekind': 'geth',
      'rollup.config': file.files.rollupConfig,
      'rollup.l1-chain-config': file.files.l1ChainConfig,
      'rpc.addr': '127.0.0.1',
      'rpc.port': String(portOf(place.rollupUrl)),
      'p2p.listen.ip': '127.0.0.1',
      'p2p.listen.tcp': p2pPort,
      'p2p.priv.raw': place.p2pKey,
      'p2p.peerstore.path': 'memory',
      'p2p.nat': 'false',
      'p2p.no-discovery': 'true',
      'p2p.discovery.path': 'memory',
      'p2p.bootnodes': ',',
      'p2p.static': file.nodes.b.multiaddr,
      'p2p.sequencer.key': file.unsafeBlockSigner.key,
      'sequencer.enabled': 'true',
      'sequencer.l1-confs': '0',
      'verifier.l1-confs': '0',
      'log.level': 'warn',
    }),
  )
}
