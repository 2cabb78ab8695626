import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { ClusterMember } from './conductors.ts'
import { type Cluster, failOver, untilSteady } from './failovers.ts'
import { medianAndWorst } from './head-record.ts'
import { whyNoNetwork } from './network.ts'
import {
  assertSameBlocks,
  freeze,
  freezeWith,
  killAndStart,
  names,
  ourCluster,
} from './our-cluster.ts'
import { resultOf } from './rpc-clients.ts'
import { BlockTimes } from './sequencers.ts'
import { type Started, withNetwork } from './with-network.ts'

// Three sequencers under three op-conductors: first the op-nodes of the network, then Atoll nodes in their places. The
// leadership is transferred, and leaders are killed.

/** How often the leadership is transferred, and how often each accident happens to the leader's node. */
const rounds = {
  transfers: Number(process.env['ATOLL_INTEROP_TRANSFERS'] ?? 3),
  accidents: Number(process.env['ATOLL_INTEROP_ACCIDENTS'] ?? 1),
}

/** The op-nodes of the network, and their op-conductors. */
function theirCluster({ network }: Started): Cluster {
  const members = names.map((name) => {
    const place = network.file.nodes[name] ?? assert.fail(`no node ${name}`)
    return { name, place, conductorUrl: place.conductorUrl ?? '' } as ClusterMember
  })
  const placeOf = (name: string) =>
    members.find((member) => member.name === name)?.place ?? assert.fail(name)
  return {
    label: 'op-node',
    members,
    isActive: (name) => resultOf<boolean>(placeOf(name).rollupUrl, 'admin_sequencerActive'),
    accidents: {
      'kill of the node': (name) => killAndStart(network, `node-${name}`),
      'kill of the execution client': (name) => killAndStart(network, `geth-${name}`),
      [freeze]: (name) => freezeWith((signal) => network.signal(`node-${name}`, signal)),
    },
    explain: async () => JSON.stringify(network.file.logs),
  }
}

const skip = whyNoNetwork() ?? false

test(
  'three Atoll nodes under three op-conductors: leadership is transferred and leaders are killed, and there is one chain',
  { skip },
  async (t: TestContext) => {
    const flags = { conductor: 'true', 'forks-offset': '2', 'forks-gap': '1' }
    await withNetwork(flags, async (started) => {
      const { b } = started.network.file.nodes
      const times = new BlockTimes(b.executionUrl)
      started.closing(() => times.stop())
      await failOver(t, { cluster: theirCluster(started), times, rounds })
      const cluster = await ourCluster(started)
      await untilSteady(cluster, times)
      const from = times.newest
      const delays = await failOver(t, { cluster, times, rounds })
      await untilSteady(cluster, times)
      const to = times.newest - 1
      times.assertNoneReplaced()
      await assertSameBlocks(cluster, { url: b.executionUrl, to })
      t.diagnostic(`Atoll made blocks ${from} to ${to}, one for each height and second`)
      const transfers = delays.get('transfer of leadership') ?? []
      assert.ok(medianAndWorst(transfers).worst <= 2_000, `transfers: ${transfers.join()} ms`)
    })
  },
)
