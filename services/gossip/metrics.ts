import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { type PayloadVersion, payloadVersions } from '#protocol/p2p/payload-version.ts'
import type { BlockOutcome } from './blocks/block-outcome.ts'
import type { RpcDropReason } from './network/peer-limits.ts'
import type { PayloadAnswer } from './requests/payload-answer.ts'
import type { Signing } from './signing/block-signer.ts'
import type { State } from './state.ts'

/** Metrics of gossip. */
export interface Metrics {
  /** Sets the gauges to the values of a state. */
  readonly observe: (state: Pick<State, 'peers' | 'highest' | 'storing'>) => void
  /** Counts a block of a peer. @param ageMs from the time of the block to its arrival */
  readonly received: (version: PayloadVersion, outcome: BlockOutcome, ageMs?: number) => void
  /** Counts what a search found, and sets the size of the table of nodes. */
  readonly searched: (found: {
    readonly nodes: number
    readonly peers: number
    readonly table: number
  }) => void
  /** Counts a request of a peer for a block. */
  readonly requested: (outcome: PayloadAnswer['kind'] | 'throttled') => void
  /** Counts a request to a peer for a block. */
  readonly fetched: (outcome: PayloadAnswer['kind'] | 'broken') => void
  readonly dialed: (outcome: 'connected' | 'failed') => void
  /** Counts an RPC of a peer that is dropped, or whose control message is dropped. */
  readonly rpcDropped: (reason: RpcDropReason) => void
  /** Counts a ban for a bad score. */
  readonly banned: () => void
  /** Counts bans that ended. */
  readonly unbanned: () => void
  /** Counts a request to publish a block. */
  readonly published: (outcome: 'sent' | 'repeated' | 'refused') => void
  /** Counts a signature of an own block. */
  readonly signed: (outcome: Signing['outcome'], ms: number) => void
}

/** Registers the metrics. */
export function createMetrics(registry: Registry): Metrics {
  return {
    ...blockMetrics(registry),
    ...peerMetrics(registry),
    signed: signatureMetrics(registry),
    observe: gauges(registry),
  }
}

function gauges(registry: Registry): Metrics['observe'] {
  const registers = [registry]
  const peers = new Gauge({ name: 'atoll_gossip_peers', help: 'connected peers', registers })
  const mesh = new Gauge({
    name: 'atoll_gossip_mesh_peers',
    help: 'peers in the mesh of a topic, by the version of its blocks: 1, 2, 3, 4',
    labelNames: ['version'],
    registers,
  })
  const lowest = new Gauge({
    name: 'atoll_gossip_lowest_peer_score',
    help: 'lowest score of a connected peer; 0 without peers. Below --p2p-ban-threshold a peer is banned',
    registers,
  })
  const highest = new Gauge({
    name: 'atoll_gossip_highest_block_number',
    help: 'number of the highest block that was accepted from peers',
    registers,
  })
  const storing = new Gauge({
    name: 'atoll_gossip_storing_bytes',
    help: 'size of the accepted blocks that the bus has not stored yet',
    registers,
  })
  return (state) => {
    peers.set(state.peers.length)
    const scores = state.peers.map(({ score }) => score)
    lowest.set(scores.length === 0 ? 0 : Math.min(...scores))
    for (const version of payloadVersions) {
      const members = state.peers.filter(({ meshes }) => meshes.includes(version))
      mesh.set({ version }, members.length)
    }
    if (state.highest !== undefined) highest.set(Number(state.highest.number))
    storing.set(state.storing.bytes)
  }
}

function blockMetrics(
  registry: Registry,
): Pick<Metrics, 'fetched' | 'published' | 'received' | 'requested'> {
  const registers = [registry]
  const blocks = new Counter({
    name: 'atoll_gossip_blocks_total',
    help: 'blocks from peers, by the version of their topic and by outcome: accepted, not-stored (the bus has too many to store), busy (dropped before validation), failed (the thread that opens large messages ended), or the rule of docs/p2p.md that they break',
    labelNames: ['version', 'outcome'],
    registers,
  })
  const age = new Histogram({
    name: 'atoll_gossip_block_age_seconds',
    help: 'time from the timestamp of an accepted block to its arrival',
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64],
    registers,
  })
  const published = new Counter({
    name: 'atoll_gossip_published_total',
    help: 'blocks that the sequencer asked to publish, by outcome: sent, repeated (was sent before), refused',
    labelNames: ['outcome'],
    registers,
  })
  const requests = new Counter({
    name: 'atoll_gossip_requests_total',
    help: 'requests for blocks by number, by what (served, sent) and outcome: payload, not-found, out-of-range, failed, throttled (the peer asks too often), broken (no answer, or another block)',
    labelNames: ['what', 'outcome'],
    registers,
  })
  return {
    received: (version, outcome, ageMs) => {
      blocks.inc({ version, outcome })
      if (ageMs !== undefined) age.observe(Math.max(0, ageMs) / 1_000)
    },
    published: (outcome) => published.inc({ outcome }),
    requested: (outcome) => requests.inc({ what: 'served', outcome }),
    fetched: (outcome) => requests.inc({ what: 'sent', outcome }),
  }
}

function signatureMetrics(registry: Registry): Metrics['signed'] {
  const registers = [registry]
  const signatures = new Counter({
    name: 'atoll_gossip_signatures_total',
    help: 'signatures of blocks of the sequencer, by outcome: signed, unreachable, timed-out, refused, malformed (the answer is not a signature), wrong-key (another account than --signer-address signed)',
    labelNames: ['outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'atoll_gossip_signature_seconds',
    help: 'time to sign a block of the sequencer, or until the signer failed',
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4],
    registers,
  })
  return (outcome, ms) => {
    signatures.inc({ outcome })
    duration.observe(ms / 1_000)
  }
}

function peerMetrics(
  registry: Registry,
): Pick<Metrics, 'banned' | 'rpcDropped' | 'dialed' | 'searched' | 'unbanned'> {
  const registers = [registry]
  const found = new Counter({
    name: 'atoll_gossip_discovered_total',
    help: 'records of nodes that discovery found, by what: node (of any chain), peer (of this chain)',
    labelNames: ['what'],
    registers,
  })
  const table = new Gauge({
    name: 'atoll_gossip_discovery_table_nodes',
    help: 'nodes in the routing table of discovery, of any chain',
    registers,
  })
  const dials = new Counter({
    name: 'atoll_gossip_dials_total',
    help: 'dials of peers, by outcome: connected, failed',
    labelNames: ['outcome'],
    registers,
  })
  const bans = new Counter({
    name: 'atoll_gossip_bans_total',
    help: 'bans of peers for their score, by what: begun, ended',
    labelNames: ['what'],
    registers,
  })
  const rpcs = new Counter({
    name: 'atoll_gossip_rpcs_dropped_total',
    help: 'RPCs of gossipsub that are dropped, by reason: control-rate (the peer sends too many control entries; only these are dropped), malformed (or with more parts than an RPC may have), rpc-rate and too-large (the peer is disconnected)',
    labelNames: ['reason'],
    registers,
  })
  return {
    rpcDropped: (reason) => rpcs.inc({ reason }),
    searched: (counts) => {
      found.inc({ what: 'node' }, counts.nodes)
      found.inc({ what: 'peer' }, counts.peers)
      table.set(counts.table)
    },
    dialed: (outcome) => dials.inc({ outcome }),
    banned: () => bans.inc({ what: 'begun' }),
    unbanned: () => bans.inc({ what: 'ended' }),
  }
}
