import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configFiles } from '#devnet/record-world.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { buildPrograms, clientOf, flagsOf, Program, programs } from '#test/interop/network.ts'
import { until } from '#test/interop/until.ts'

/** The L1 and the execution client of an op-node. */
export interface OpNodeWorld {
  readonly record: string
  /** Folder for the Engine API secret. */
  readonly folder: string
  readonly l1: { readonly rpcUrl: string; readonly beaconUrl: string }
  readonly engineUrl: string
  readonly jwtSecret: Uint8Array
}

/** A running op-node with gossip. */
export interface OpNodeProcess {
  /** Multiaddr of its libp2p host. */
  readonly address: string
  stop(): Promise<void>
}

const startMs = 30_000

/**
 * Starts op-node on a replayed L1. op-node must trust this L1, since a record has no state proofs.
 *
 * @throws Error with the end of the log if op-node does not begin at the head of its execution client
 */
export async function startOpNode(world: OpNodeWorld): Promise<OpNodeProcess> {
  await buildPrograms()
  const [rpcPort, p2pPort] = [await freeTcpPort(), await freeTcpPort()]
  const jwtFile = join(world.folder, 'op-node-jwt.hex')
  await writeFile(jwtFile, Buffer.from(world.jwtSecret).toString('hex'), { mode: 0o600 })
  const { rollupConfig = '', l1ChainConfig = '' } = configFiles(world.record)
  const program = new Program(
    join(programs, 'op-node'),
    flagsOf({
      l1: world.l1.rpcUrl,
      'l1.trustrpc': 'true',
      'l1.beacon': world.l1.beaconUrl,
      l2: world.engineUrl,
      'l2.jwt-secret': jwtFile,
      'l2.enginekind': 'geth',
      'rollup.config': rollupConfig,
      'rollup.l1-chain-config': l1ChainConfig,
      'rpc.addr': '127.0.0.1',
      'rpc.port': String(rpcPort),
      'p2p.listen.ip': '127.0.0.1',
      'p2p.listen.tcp': String(p2pPort),
      'p2p.priv.raw': randomBytes(32).toString('hex'),
      'p2p.peerstore.path': 'memory',
      'p2p.nat': 'false',
      'p2p.no-discovery': 'true',
      'p2p.discovery.path': 'memory',
      // Without a list, op-node looks up the names of public bootnodes. An empty list prevents that.
      'p2p.bootnodes': ',',
      'log.level': 'warn',
    }),
  )
  const client = clientOf(`http://127.0.0.1:${rpcPort}`)
  try {
    const explain = () => program.output.slice(-4_000)
    await until('op-node is up', { withinMs: startMs, everyMs: 100, explain }, () =>
      client.call('optimism_syncStatus', []).then(
        (status) => (status as { unsafe_l2: { hash: string } }).unsafe_l2.hash !== noHash,
        (error: unknown) => !(error instanceof Error),
      ),
    )
  } catch (error) {
    await program.stop()
    throw error
  } finally {
    await client.close()
  }
  return { address: `/ip4/127.0.0.1/tcp/${p2pPort}`, stop: () => program.stop() }
}

const noHash = `0x${'00'.repeat(32)}`
