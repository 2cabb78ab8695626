import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { peerIdOf, publicKeyOf } from '#protocol/p2p/network-key.ts'
import { type Beside, besideNetwork, ownPorts } from './beside.ts'
import { type Follower, startOnEmbedded } from './followers.ts'
import { hashesOf, medianAndWorst, type Sample } from './head-record.ts'
import { assertNoneRejected, type Member, memberOf } from './members.ts'
import { clientOf, flagsOf, l2ChainId, type Network, Program, whyNoNetwork } from './network.ts'

// Blocks pass from op-node a to an Atoll node, from there to kona-node, and from there to a second Atoll node. These
// three nodes have no other peers, so each of them gets its blocks only along this path.

/** For how many blocks the nodes are followed. */
const seconds = Number(process.env['ATOLL_INTEROP_SECONDS'] ?? 60)

const program = process.env['ATOLL_KONA_NODE'] ?? 'kona-node'

/** Ports of kona-node: libp2p, JSON-RPC. */
const [hostPort, rpcPort] = [ownPorts + 6, ownPorts + 7]

/** Why no kona-node can run on this machine; undefined if kona-node can run. */
function whyNoKona(): string | undefined {
  const { error } = spawnSync(program, ['--version'])
  if (error === undefined) return undefined
  return `there is no kona-node. "cargo install --locked --version 1.0.0-rc.1 kona-node" builds it in half an hour; ATOLL_KONA_NODE is its path if it is not on PATH`
}

/**
 * Writes the rollup config of the network as this version of kona-node reads it. The config lacks the fields of Jovian,
 * which this version does not know and therefore refuses. The config has an address that this version requires.
 *
 * @returns the path of the file
 */
async function writeKonaConfig({ file }: Network, folder: string): Promise<string> {
  const config = JSON.parse(await readFile(file.files.rollupConfig, 'utf8')) as {
    readonly genesis: { readonly system_config: Readonly<Record<string, unknown>> }
  }
  const { genesis } = config
  const { minBaseFee, daFootprintGasScalar, ...systemConfig } = genesis.system_config
  assert.deepEqual([minBaseFee, daFootprintGasScalar], [0, 0])
  const known = {
    ...config,
    genesis: { ...genesis, system_config: systemConfig },
    protocol_versions_address: `0x${'00'.repeat(20)}`,
  }
  const path = join(folder, 'kona-rollup.json')
  await writeFile(path, JSON.stringify(known))
  return path
}

/** A kona-node on op-geth c, without discovery, and its multiaddr. */
function konaOf(
  { file }: Network,
  configOf: () => Promise<string>,
): {
  readonly address: string
  readonly start: () => Promise<Follower>
} {
  const key = randomBytes(32)
  const signer = file.accounts.find(({ role }) => role === 'unsafe block signer')
  assert.ok(signer)
  const { engineUrl, executionUrl } = file.nodes.c
  const flags = {
    chain: String(l2ChainId),
    'l1-eth-rpc': file.l1.rpcUrl,
    'l1-beacon': file.l1.beaconUrl,
    'l2-engine-rpc': engineUrl,
    'l2-engine-jwt-secret': file.files.jwt,
    'p2p.priv.raw': key.toString('hex'),
    'p2p.listen.ip': '127.0.0.1',
    'p2p.listen.tcp': String(hostPort),
    'p2p.listen.udp': String(hostPort),
    'p2p.unsafe.block.signer': signer.address,
    'rpc.addr': '127.0.0.1',
    port: String(rpcPort),
  }
  const start = async (): Promise<Follower> => {
    const config = { 'l2-config-file': await configOf() }
    const args = ['node', ...flagsOf({ ...flags, ...config }), '--p2p.no-discovery']
    const kona = new Program(program, args)
    const execution = clientOf(executionUrl)
    return {
      name: 'kona-node',
      execution,
      explain: async () => kona.output.slice(-4_000),
      stop: async () => {
        await kona.stop()
        await execution.close()
      },
    }
  }
  return { address: `/ip4/127.0.0.1/tcp/${hostPort}/p2p/${peerIdOf(publicKeyOf(key))}`, start }
}

/** The Atoll nodes before and after kona-node on the path of the blocks. */
function membersOf(network: Network, folder: string, kona: string) {
  const common = { 'p2p-discovery': 'false' }
  const peers = `${network.file.nodes.a.multiaddr},${kona}`
  const front = memberOf(
    folder,
    { name: 'before kona-node', port: ownPorts + 2 },
    { ...common, 'p2p-static-peers': peers },
  )
  const back = memberOf(
    folder,
    { name: 'behind kona-node', port: ownPorts + 4 },
    { ...common, 'p2p-static-peers': kona },
  )
  const start = async ({ name, options }: typeof front, portBase: number): Promise<Follower> => {
    const own = join(folder, name.replaceAll(' ', '-'))
    await mkdir(own)
    const follower = await startOnEmbedded(network, { folder: own, portBase, ...options })
    return { ...follower, name }
  }
  return [
    { ...front, start: () => start(front, ownPorts) },
    { ...back, start: () => start(back, ownPorts + 8) },
  ] as const
}

/** Follows the unsafe blocks, and asserts that all nodes have the same blocks, and that each block came from a peer. */
async function followUnsafe(
  t: TestContext,
  { network, ours, record }: Beside,
  members: readonly Member[],
): Promise<void> {
  const latestOf = (sample: Sample, name: string) => sample.get(name)?.latest?.number ?? 0
  const areAt = (number: number) => (sample: Sample) =>
    ours.every(({ name }) => latestOf(sample, name) >= number)
  // Until all nodes are near the head, the meshes form, and the nodes catch up.
  const isNear = (sample: Sample) => areAt(latestOf(sample, 'sequencer') - 3)(sample)
  await record.until('all nodes are at the head', 180_000, isNear)
  const from = latestOf(record.last, 'sequencer')
  const firstSample = record.samples.length
  await record.until(`${seconds} more blocks`, (seconds + 60) * 1_000, areAt(from + seconds))
  const sequencer = clientOf(network.file.nodes.a.executionUrl)
  try {
    const theirs = await hashesOf(sequencer, from + seconds)
    for (const { execution, name } of ours)
      assert.deepEqual(await hashesOf(execution, from + seconds), theirs, `blocks of ${name}`)
  } finally {
    await sequencer.close()
  }
  for (const { name, received } of members) {
    const blocks = Array.from({ length: seconds }, (_, at) => from + 1 + at)
    const missing = blocks.filter((number) => !received.has(number))
    assert.deepEqual(missing, [], `blocks that no peer sent to the Atoll node ${name}`)
  }
  for (const { name } of ours) {
    const behind = record.samples
      .slice(firstSample)
      .map((sample) => Math.max(0, latestOf(sample, 'sequencer') - latestOf(sample, name)))
    const { median, worst } = medianAndWorst(behind)
    t.diagnostic(`${name}: ${median} / ${worst} blocks behind the sequencer (median / worst)`)
  }
}

const skip = whyNoKona() ?? whyNoNetwork() ?? false
test(
  'kona-node and Atoll are peers: blocks pass from Atoll to kona-node and from kona-node to Atoll',
  { skip },
  async (t) => {
    const members: Member[] = []
    const startOurs = (network: Network, folder: string) => {
      const kona = konaOf(network, () => writeKonaConfig(network, folder))
      const atolls = membersOf(network, folder, kona.address)
      const member = async (at: 0 | 1) => {
        const { [at]: own } = atolls
        members.push(own)
        return own.start()
      }
      return [() => member(0), () => kona.start(), () => member(1)]
    }
    // This version of kona-node has the rules of Isthmus, but not yet the rules of Jovian.
    await besideNetwork(
      { fork: 'isthmus' },
      async (beside) => {
        await followUnsafe(t, beside, members)
        await assertNoneRejected(members)
      },
      startOurs,
    )
  },
)
