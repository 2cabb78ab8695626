/**
 * Benchmarks. Most of them compare Atoll with an alternative.
 *
 *   npm run bench                 all of them
 *   npm run bench -- bus --json   one, as JSON on standard output
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { printTable } from '#node/output.ts'
import { benchBus, type BusResult } from './bus-bench.ts'
import { benchDerivation } from './derivation-bench.ts'
import { benchDevnet } from './devnet-bench.ts'
import { benchExecution } from './execution-bench.ts'
import { benchFlashblocks, type StandbyTimes } from './flashblock-bench.ts'
import { benchGossip } from './gossip-bench.ts'
import { benchPayload } from './payload-bench.ts'
import { benchRpc } from './rpc-bench.ts'
import { benchSequencer } from './sequencer-bench.ts'
import type { Summary } from './statistics.ts'
import { benchVerifier } from './verifier-bench.ts'

const benches = {
  bus,
  derivation,
  devnet,
  execution,
  flashblocks,
  gossip,
  payload,
  rpc,
  sequencer,
  verifier,
} as const

type BenchName = keyof typeof benches

async function bus({ json }: { readonly json: boolean }): Promise<object> {
  const measured = await benchBus((what) => console.error(what))
  if (!json) {
    console.log(`bus: a message between two processes, over nats-server ${measured.server}`)
    printTable([
      ['', 'bytes', 'Atoll median', 'p99', 'raw NATS median', 'p99', 'ratio'],
      ...measured.results.map((result) => busRow(result)),
    ])
    console.log(
      '\nTarget: a hop of 1 KB ≤ 1 ms median and ≤ 5 ms p99, and ≤ 3 × raw NATS; a call is two hops.',
    )
  }
  return measured
}

async function derivation({ json }: { readonly json: boolean }): Promise<object> {
  const measured = await benchDerivation((what) => console.error(what))
  if (!json) {
    console.log(
      'derivation: recorded chains from L1 to attributes, compared with the recorded blocks',
    )
    printTable([
      ['record', 'checks', 'program', 'first ms', 'median ms', 'best ms', 'blocks/s'],
      ...measured.results.map(({ record, checks, program, blocksPerSecond, ...times }) => {
        const { firstMs, medianMs, bestMs } = times
        const shown = [firstMs, medianMs, bestMs].map((ms) => ms.toFixed(1))
        return [record, checks, program, ...shown, blocksPerSecond.toFixed(0)]
      }),
    ])
    for (const { blocks, maxRssMb, heldMb } of measured.memory)
      console.log(
        `${blocks} blocks: ${maxRssMb.toFixed(0)} MB at most, ${heldMb.toFixed(0)} in use at the end`,
      )
    console.log(
      "\nTarget: 2 × op-node's blocks/s without checks, 1.5 × with checks; as much memory for a long chain as for a short one.",
    )
  }
  return measured
}

async function devnet({ json }: { readonly json: boolean }): Promise<object> {
  const measured = await benchDevnet((what) => console.error(what))
  if (!json) {
    const { blockSeconds, delays, l1BlockSeconds, loadBefore, memory, steps, sustained } = measured
    console.log(
      `devnet: two nodes on this machine, blocks of ${blockSeconds} s, L1 blocks of ${l1BlockSeconds} s; load average before: ${loadBefore.toFixed(1)}`,
    )
    const times = ({ median, p99 }: Summary) => [median.toFixed(0), p99.toFixed(0)]
    printTable([
      ['rate', 'taken', 'to unsafe median', 'p99', 'sustained'],
      ...steps.map(({ isSustained, rate, taken, toUnsafe }) => {
        return [String(rate), taken.toFixed(0), ...times(toUnsafe), isSustained ? 'yes' : 'no']
      }),
    ])
    console.log(`sustained: ${sustained} transactions per second\n`)
    printTable([
      ['from eth_sendRawTransaction to', 'transactions', 'median', 'p99'],
      ...Object.entries(delays).map(([head, delay]) => {
        return [head, String(delay.samples), ...times(delay)]
      }),
    ])
    console.log()
    printTable([
      ['process', 'RSS MB', 'at most'],
      ...memory.map(({ mostMb, name, rssMb }) => [name, String(rssMb), String(mostMb)]),
    ])
    console.log('\nTimes in ms. Follower: the unsafe head of the second node.')
  }
  return measured
}

async function execution({ json }: { readonly json: boolean }): Promise<object> {
  const results = await benchExecution((what) => console.error(what))
  if (!json) {
    console.log('execution: the embedded client, and op-geth if it was found')
    printTable([
      ['load', 'client', 'blocks', 'seconds', 'blocks/s', 'Mgas/s'],
      ...results.map(({ load, client, blocks, seconds, blocksPerSecond, mgasPerSecond }) => {
        const mgas = mgasPerSecond?.toFixed(1) ?? '–'
        return [load, client, String(blocks), seconds.toFixed(2), blocksPerSecond.toFixed(0), mgas]
      }),
    ])
    console.log('\nTarget: 20 Mgas/s over real blocks, 50 over bench-span, 400 empty blocks/s.')
  }
  return { results }
}

async function flashblocks({ json }: { readonly json: boolean }): Promise<object> {
  const measured = await benchFlashblocks((what) => console.error(what))
  if (!json) {
    const { besideStalled, load, standby, takeovers, throughput } = measured
    console.log(
      'flashblocks: from when a builder sends one until a standby has stored it, and until the builder has the acknowledgement; the execution client answers at once',
    )
    const row = (what: string, { acknowledged, persisted }: StandbyTimes) => {
      const times = [persisted.median, persisted.p99, acknowledged.median, acknowledged.p99]
      return [what, String(persisted.samples), ...times.map((ms) => ms.toFixed(1))]
    }
    printTable([
      ['', 'flashblocks', 'stored: median ms', 'p99', 'acknowledged: median ms', 'p99'],
      ...standby.map((times) => row(`${times.kilobytes} KB`, times)),
      row('100 KB, beside a builder that does not read', besideStalled),
    ])
    const { atoll, rawLibp2p } = throughput
    console.log(
      `\n100 KB one after another: ${atoll.toFixed(0)} MB/s, raw libp2p ${rawLibp2p.toFixed(0)} MB/s`,
    )
    console.log('\nflashblocks every 200 ms of blocks of 2 s, with the embedded client:')
    printTable([
      ['transactions/s', 'in a block', 'KB', 'indices', 'gap median ms', 'p99', 'kept'],
      ...load.map(({ bytes, gapMs, indices, isKept, rate, transactions }) => {
        const counts = [rate, transactions, Math.round(bytes / 1_000), indices]
        const gaps = [gapMs.median, gapMs.p99].map((ms) => ms.toFixed(0))
        return [...counts.map(String), ...gaps, isKept ? 'yes' : 'no']
      }),
    ])
    const { broken, kept, leaderToNextMs, lost, takeoverGapMs } = takeovers
    console.log(
      `${takeovers.takeovers} takeovers: ${kept} blocks kept, ${broken} broken, ${lost} transactions lost; leadership to the next flashblock ${shownTimes(leaderToNextMs)}, between the flashblocks of both leaders ${shownTimes(takeoverGapMs)}`,
    )
    console.log(
      '\nTarget: 100 KB stored in ≤ 10 ms median and ≤ 50 ms p99; leadership to the next flashblock ≤ 250 ms.',
    )
  }
  return measured
}

function shownTimes(times: { readonly median: number; readonly p99: number } | undefined): string {
  return times === undefined ? '–' : `${times.median.toFixed(0)} / ${times.p99.toFixed(0)} ms`
}

async function gossip({ json }: { readonly json: boolean }): Promise<object> {
  const measured = await benchGossip((what) => console.error(what))
  if (!json) {
    const { withoutOpNode, results } = measured
    console.log(
      'gossip: time from when a peer sends a block until engine_newPayload; both nodes get the same bytes',
    )
    printTable([
      [
        'KB',
        'blocks',
        'Atoll median',
        'p99',
        'op-node median',
        'p99',
        'ratio',
        'to bus',
        'to engine',
      ],
      ...results.map(({ kilobytes, atoll, opNode, ratio, split }) => {
        const times = [atoll.median, atoll.p99, opNode?.median, opNode?.p99]
        const parts = [split.toBus.median, split.toEngine.median]
        const shown = [...times, ratio, ...parts].map((value) => value?.toFixed(2) ?? '–')
        return [String(kilobytes), String(atoll.samples), ...shown]
      }),
    ])
    if (withoutOpNode !== undefined) console.log(`op-node is omitted: ${withoutOpNode}`)
    console.log('\nTimes in ms. Target: ≤ 2 × op-node, and ≤ 10 ms median at 100 KB.')
  }
  return measured
}

function payload({ json }: { readonly json: boolean }): Promise<object> {
  const results = benchPayload((what) => console.error(what))
  if (!json) {
    console.log('payload: a block of gossip in SSZ, compared with @chainsafe/ssz')
    printTable([
      ['', 'bytes', 'Atoll median', 'p99', 'library median', 'p99', 'ratio'],
      ...results.map(({ step, bytes, atoll, library, ratio }) => {
        const times = [atoll, library].flatMap(({ median, p99 }) => [median, p99])
        return [step, String(bytes), ...times.map((ms) => `${ms.toFixed(3)} ms`), ratio.toFixed(2)]
      }),
    ])
  }
  return Promise.resolve({ results })
}

async function rpc({ json }: { readonly json: boolean }): Promise<object> {
  const results = await benchRpc((what) => console.error(what))
  if (!json) {
    console.log(
      'rpc: optimism_syncStatus, compared with op-node in one network without new L2 blocks',
    )
    printTable([
      ['', 'processes', 'answers/s', 'per CPU second', 'p50', 'p99'],
      ...results.map(({ program, replicas, p50Ms, p99Ms, ...rates }) => {
        const { answersPerSecond, answersPerCpuSecond } = rates
        const shown = [answersPerSecond, answersPerCpuSecond].map((rate) => rate.toFixed(0))
        const times = [p50Ms, p99Ms].map((ms) => `${ms.toFixed(2)} ms`)
        return [program, String(replicas), ...shown, ...times]
      }),
    ])
    console.log('\nTarget: 15,000 answers per second on one core of a replica.')
  }
  return { results }
}

async function sequencer({ json }: { readonly json: boolean }): Promise<object> {
  const results = await benchSequencer((what) => console.error(what))
  if (!json) {
    console.log('sequencer: blocks of op-node and of Atoll on the same op-geth, seen by a verifier')
    printTable([
      [
        'blocks of',
        'load',
        'program',
        'KB',
        'full',
        'building share',
        'seal to peer median',
        'p99',
        'delay median',
        'p99',
      ],
      ...results.map(({ blockSeconds, load, program, kilobytes, ...measured }) => {
        const { buildingShare, delay, fullness, sealToPeer } = measured
        const shown = [sealToPeer.median, sealToPeer.p99, delay.median, delay.p99]
        return [
          `${blockSeconds} s`,
          load,
          program,
          kilobytes.toFixed(0),
          `${(100 * fullness).toFixed(0)} %`,
          `${(100 * buildingShare).toFixed(1)} %`,
          ...shown.map((ms) => ms.toFixed(0)),
        ]
      }),
    ])
    console.log(
      '\nTimes in ms. Seal to peer: from the request for the block until the verifier has inserted it. Delay: from the timestamp of the block until then. Full: share of the gas limit, as gas or as DA footprint.',
    )
  }
  return { results }
}

async function verifier({ json }: { readonly json: boolean }): Promise<object> {
  const measured = await benchVerifier((what) => console.error(what))
  if (!json) {
    const { catchUp, headToSafeMs } = measured
    const { blocks, blocksPerSecond, engineCallsPerBlock, l1CallsPerL1Block, rssMb } = catchUp
    console.log('verifier: processes on a NATS server')
    console.log(
      `catch-up with an instant execution client: ${blocks} blocks, ${blocksPerSecond.toFixed(0)} a second; ${engineCallsPerBlock.toFixed(1)} Engine API calls a block, ${l1CallsPerL1Block.toFixed(2)} L1 calls an L1 block`,
    )
    console.log(
      `from a new L1 head until the L2 blocks of its batches are safe: ${headToSafeMs.median.toFixed(0)} ms median of ${headToSafeMs.samples}, p99 ${headToSafeMs.p99.toFixed(0)}`,
    )
    printTable([
      ['service', 'RSS MB', 'at most'],
      ...Object.entries(rssMb).map(([name, { end, most }]) => [name, String(end), String(most)]),
    ])
    console.log('\nTarget: 500 blocks/s; 150 MB a service; 3 L1 calls a block.')
  }
  return measured
}

function busRow({ kind, bytes, atoll, raw, ratio }: BusResult): string[] {
  const times = ({ median, p99 }: Summary) => [`${median.toFixed(3)} ms`, `${p99.toFixed(3)} ms`]
  return [kind, String(bytes), ...times(atoll), ...times(raw), ratio.toFixed(2)]
}

function isBench(name: string): name is BenchName {
  return Object.hasOwn(benches, name)
}

const { values: flags, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
  strict: false,
})
const values = { json: flags.json === true }
const wanted = positionals.length === 0 ? Object.keys(benches) : positionals
const isKnown = Object.keys(flags).every((flag) => flag === 'json')
if (isKnown && wanted.every(isBench)) {
  const machine = { node: process.version, cores: availableParallelism() }
  const results: Record<string, object> = {}
  for (const name of wanted) results[name] = await benches[name](values)
  if (values.json) console.log(JSON.stringify({ machine, ...results }, undefined, 2))
} else {
  console.error(`usage: npm run bench -- [--json] [${Object.keys(benches).join(' | ')}]`)
  process.exitCode = 2
}
