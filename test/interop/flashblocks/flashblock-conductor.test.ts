import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { FlashblockJudge, type Takeover } from '#devnet/live/flashblock-judge.ts'
import { createBuilderKey } from '#libp2p/builder-key.ts'
import { systemClock } from '#runtime/clock.ts'
import { leaderOf } from '#test/interop/conductors.ts'
import { type Cluster, orFalse, untilSteady } from '#test/interop/failovers.ts'
import { clientOf, whyNoNetwork } from '#test/interop/network.ts'
import { assertSameBlocks, names, ourCluster } from '#test/interop/our-cluster.ts'
import { BlockTimes } from '#test/interop/sequencers.ts'
import { until } from '#test/interop/until.ts'
import { networkPorts, type Started, withNetwork } from '#test/interop/with-network.ts'

// Three sequencers with flashblocks under three op-conductors with op-geth. The leader is killed in the middle of a block.

/** How often the leader is killed. */
const kills = Number(process.env['ATOLL_INTEROP_KILLS'] ?? 20)

/** Ports of the builders: the streams between them, then the public streams. */
const firstPort = Number(networkPorts) + 900

/** The flags of three builders that know each other, and the addresses of their public streams. */
async function builders({ folder }: Started) {
  const keys = new Map<string, { readonly file: string; readonly address: string }>()
  await mkdir(join(folder, 'builders'))
  for (const [at, name] of names.entries()) {
    const { hex, peerId } = await createBuilderKey()
    const file = join(folder, 'builders', `${name}.hex`)
    await writeFile(file, hex, { mode: 0o600 })
    keys.set(name, { file, address: `/ip4/127.0.0.1/tcp/${firstPort + at}/p2p/${peerId}` })
  }
  const flagsOf = (name: string) => {
    const at = names.findIndex((each) => each === name)
    const others = [...keys].flatMap(([other, { address }]) => (other === name ? [] : [address]))
    return {
      'flashblock-interval-ms': '250',
      'flashblock-key-file': keys.get(name)?.file ?? assert.fail(name),
      'flashblock-listen-ip': '127.0.0.1',
      'flashblock-listen-tcp': String(firstPort + at),
      'flashblock-stream-port': String(firstPort + 10 + at),
      'flashblock-known-peers': others.join(','),
    }
  }
  const streams = names.map((_, at) => `ws://127.0.0.1:${firstPort + 10 + at}`)
  return { flagsOf, streams }
}

/** Kills the leader at a random moment of its block, and waits until a node leads. */
async function killLeader(cluster: Cluster, times: BlockTimes): Promise<Takeover> {
  const leader = await untilSteady(cluster, times)
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_000))
  const killedMs = Date.now()
  const accident = cluster.accidents['kill of the node'] ?? assert.fail('no such accident')
  const restarted = accident(leader.name)
  let leadsMs = 0
  const explain = () => cluster.explain()
  const isDown = async () => !(await orFalse(cluster.isActive(leader.name)))
  await until('the leader is down', { withinMs: 5_000, everyMs: 5, explain }, isDown)
  // op-conductor was not killed: if the node is back soon enough, it leads again.
  await until('a node leads', { withinMs: 60_000, everyMs: 20, explain }, async () => {
    const next = await leaderOf(cluster.members)
    if (next === undefined || !(await orFalse(cluster.isActive(next.name)))) return false
    leadsMs = Date.now()
    return true
  })
  await restarted
  if (process.env['ATOLL_INTEROP_LOGS'])
    console.error(
      'KILL',
      leader.name,
      new Date(killedMs).toISOString(),
      new Date(leadsMs).toISOString(),
      times.newest,
    )
  return { killedMs, leadsMs }
}

test(
  'three builders under three op-conductors: whenever the leader is killed, no flashblock that another builder published too is lost',
  { skip: whyNoNetwork() ?? false },
  async (t: TestContext) => {
    const flags = { conductor: 'true', 'forks-offset': '2', 'forks-gap': '1', send: '8' }
    await withNetwork(flags, async (started) => {
      const { b } = started.network.file.nodes
      const times = new BlockTimes(b.executionUrl)
      started.closing(() => times.stop())
      const { flagsOf, streams } = await builders(started)
      const cluster = await ourCluster(started, flagsOf)
      await untilSteady(cluster, times)
      const clients = [b.executionUrl].map((url) => clientOf(url))
      started.closing(() => Promise.all(clients.map((client) => client.close())))
      const judge = new FlashblockJudge({ clients, streams }, systemClock)
      started.closing(() => judge.result([]))
      const takeovers: Takeover[] = []
      for (let kill = 0; kill < kills; kill++) takeovers.push(await killLeader(cluster, times))
      await untilSteady(cluster, times)
      const result = await judge.result(takeovers)
      t.diagnostic(JSON.stringify(result))
      for (const report of judge.brokenBlocks) t.diagnostic(inspect(report, { depth: 4 }))
      assert.deepEqual(result.replicated, { broken: 0, lost: 0 })
      assert.ok(result.kept > kills * 10, `${result.kept} blocks`)
      times.assertNoneReplaced()
      await assertSameBlocks(cluster, { url: b.executionUrl, to: times.newest - 1 })
    })
  },
)
