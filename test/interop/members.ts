import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peerIdOf, publicKeyOf } from '#protocol/p2p/network-key.ts'
import type { Follower } from './followers.ts'

/** An Atoll node and its libp2p host. */
export interface Member {
  readonly name: string
  readonly peerId: string
  readonly address: string
  readonly metricsUrl: string
  /** When the node got each block from a peer, in Unix milliseconds, by block number. */
  readonly received: Map<number, number>
  /** How often the host was opened. */
  readonly starts: () => number
  readonly start: () => Promise<Follower>
}

/** An Atoll node with gossip: its flags, and the blocks and host starts that its log reports. */
export function memberOf(
  folder: string,
  { name, port }: { readonly name: string; readonly port: number },
  given: Readonly<Record<string, string>>,
) {
  const key = randomBytes(32)
  const keyFile = join(folder, `${name}.hex`)
  writeFileSync(keyFile, key.toString('hex'), { mode: 0o600 })
  const peerId = peerIdOf(publicKeyOf(key))
  const received = new Map<number, number>()
  let starts = 0
  const onLine = (line: string) => {
    if (line.includes('"host of gossip"')) starts++
    if (!line.includes('"block from a peer"')) return
    const { time, outcome, l2 } = JSON.parse(line) as {
      readonly time: string
      readonly outcome: string
      readonly l2?: { readonly number: number | string }
    }
    if (outcome === 'accepted') received.set(Number(l2?.number), Date.parse(time))
  }
  const flags = {
    'p2p-disable': 'false',
    'p2p-key-file': keyFile,
    'p2p-listen-ip': '127.0.0.1',
    'p2p-listen-tcp': String(port),
    'p2p-listen-udp': String(port),
    'metrics-port': String(port + 1),
    'log-level': 'debug',
    ...given,
  }
  return {
    name,
    peerId,
    address: `/ip4/127.0.0.1/tcp/${port}/p2p/${peerId}`,
    metricsUrl: `http://127.0.0.1:${port + 1}/metrics`,
    received,
    starts: () => starts,
    options: { flags, onLine },
  }
}

/** The values of a metric of gossip, by its labels. */
async function metricOf(
  { metricsUrl }: Member,
  name: string,
): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(metricsUrl)).text()
  const line = new RegExp(`^${name}(?:\\{([^}]*)\\})? (\\S+)$`, 'gmu')
  return new Map([...text.matchAll(line)].map(([, labels = '', value]) => [labels, Number(value)]))
}

/** Asserts that Atoll nodes rejected no block, banned no peer, and gave no peer a negative score. */
export async function assertNoneRejected(members: readonly Member[]): Promise<void> {
  for (const member of members) {
    const blocks = await metricOf(member, 'atoll_gossip_blocks_total')
    const outcomes = new Set(
      [...blocks.keys()].map((labels) => /outcome="([^"]+)"/u.exec(labels)?.[1]),
    )
    assert.deepEqual(
      [...outcomes].filter((outcome) => outcome !== 'seen'),
      ['accepted'],
      member.name,
    )
    const bans = await metricOf(member, 'atoll_gossip_bans_total')
    assert.deepEqual(
      [...bans.values()].filter((count) => count > 0),
      [],
      `bans of ${member.name}`,
    )
    const [lowest = 0] = (await metricOf(member, 'atoll_gossip_lowest_peer_score')).values()
    assert.ok(lowest >= 0, `${member.name} gave a peer the score ${lowest}`)
  }
}
