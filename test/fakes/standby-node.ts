import { cpSync, rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RecordedNode, startRecordedNode } from '#devnet/recorded-node.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { createBuilderKey } from '#libp2p/builder-key.ts'
import type { KnownPeer } from '#libp2p/known-peers.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { replayL1 } from '#records/replay/replay-record.ts'
import { type Closer, closeAll } from '#runtime/close-all.ts'
import { systemClock } from '#runtime/clock.ts'
import type { NodeServiceName } from '#node/node-services.ts'
import { FlashblockStore } from '#services/engine/flashblocks/flashblock-store.ts'
import { GossipChain } from '#test/bench/gossip-chain.ts'
import { startInstantClient } from '#test/bench/instant-client.ts'
import { writeLongRecord } from '#test/bench/long-record.ts'
import { until } from '#test/interop/until.ts'
import { signerAddress } from './block-messages.ts'
import { BuilderPeer } from './builder-peer.ts'
import { freeTcpPort } from './free-port.ts'
import { recordsFolder } from './record-lines.ts'

interface Parts {
  readonly node: RecordedNode
  readonly executing: ReadonlyMap<string, number>
  readonly builder: BuilderPeer
  readonly folder: string
  readonly chainId: bigint
  readonly closing: readonly Closer[]
}

/**
 * A standby of real processes on a NATS server, whose execution client answers at once, and a builder in this process
 * that sends it flashblocks of the child of its genesis.
 */
export class StandbyNode {
  readonly builder: BuilderPeer
  /** When the execution client was given each block, by block hash, in milliseconds of `performance.now`. */
  readonly executing: ReadonlyMap<string, number>
  readonly #node: RecordedNode
  readonly #folder: string
  readonly #chainId: bigint
  readonly #closing: readonly Closer[]

  private constructor({ builder, chainId, closing, executing, folder, node }: Parts) {
    this.executing = executing
    this.#node = node
    this.builder = builder
    this.#folder = folder
    this.#chainId = chainId
    this.#closing = closing
  }

  /** @param others further builders that the builder in this process connects to */
  static async start(others: readonly KnownPeer[] = []): Promise<StandbyNode> {
    const closing: Closer[] = []
    try {
      return new StandbyNode(await startParts(closing, others))
    } catch (error) {
      await closeAll(closing)
      throw error
    }
  }

  /** Rejects when the node fails. */
  get failed(): Promise<never> {
    return this.#node.failed
  }

  /** Kills a process, if it runs. @returns whether it did */
  kill(name: NodeServiceName | 'nats-server'): boolean {
    const { node } = this.#node
    const pid = name === 'nats-server' ? node.bus.serverPid() : node.pidOf(name)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    return pid !== undefined
  }

  /** Hashes of the flashblocks that the engine has on its disk, by index. */
  stored(): ReadonlyMap<number, string> {
    // The engine locks its file. A copy has what the engine has written to the disk.
    const [from, to] = [join(this.#folder, 'node', 'engine'), join(this.#folder, 'copy')]
    rmSync(to, { recursive: true, force: true })
    cpSync(from, to, { recursive: true })
    const store = new FlashblockStore(join(to, 'flashblocks.sqlite'), this.#chainId)
    try {
      const all = store.all().map(({ flashblock }) => flashblock)
      return new Map(all.map(({ diff, index }) => [index, diff.blockHash]))
    } finally {
      store.close()
    }
  }

  close(): Promise<void> {
    return closeAll(this.#closing)
  }
}

async function startParts(closing: Closer[], others: readonly KnownPeer[]): Promise<Parts> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-standby-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  const record = join(folder, 'record')
  await writeLongRecord(join(recordsFolder, 'bad-data-karst'), record, 0)
  const config = await readRollupConfig(record)
  const listen = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0 }
  const l1 = await replayL1(record, {
    ...listen,
    clock: systemClock,
    unsafeBlockSigner: signerAddress,
  })
  closing.push(() => l1.close())
  const executing = new Map<string, number>()
  const client = await startInstantClient(record, (blockHash) =>
    executing.set(blockHash, performance.now()),
  )
  closing.push(() => client.close())
  const [own, builderOfNode] = await Promise.all([createBuilderKey(), createBuilderKey()])
  const [ownPort, nodePort] = [await freeTcpPort(), await freeTcpPort()]
  const keyFile = join(folder, 'builder.hex')
  await writeFile(keyFile, builderOfNode.hex, { mode: 0o600 })
  const node = await startRecordedNode({
    record,
    folder,
    l1,
    engineUrl: client.url,
    jwtSecret: client.jwtSecret,
    natsServer: process.env['ATOLL_NATS_SERVER'],
    logLevel: 'error',
    given: {
      flashblockKnownPeers: `/ip4/127.0.0.1/tcp/${ownPort}/p2p/${own.peerId}`,
      flashblockKeyFile: keyFile,
      flashblockListenIp: '127.0.0.1',
      flashblockListenTcp: String(nodePort),
      flashblockStreamPort: '0',
    },
    report: () => undefined,
    onChange: () => undefined,
  })
  closing.push(() => node.close())
  const { l2ChainId } = config
  const block = (await GossipChain.on(record)).nextPayload(1)
  const address = `/ip4/127.0.0.1/tcp/${nodePort}/p2p/${builderOfNode.peerId}`
  const builder = await BuilderPeer.open(
    { l2ChainId, block },
    {
      key: fromHex(`0x${own.hex}`),
      port: ownPort,
      others: [{ id: builderOfNode.peerId, addresses: [address] }, ...others],
    },
  )
  closing.push(() => builder.close())
  const isUp = async () => builder.connected > 0 && node.viewer.view.chain !== undefined
  await Promise.race([
    until('the standby is up', { withinMs: 60_000, explain: () => '' }, isUp),
    node.failed,
  ])
  return { node, builder, executing, folder, chainId: l2ChainId, closing }
}
