import type { Logger } from 'pino'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import type { Clock } from '#runtime/clock.ts'
import type { OnCall } from '#json-rpc/json-rpc-dispatch.ts'
import { type JsonRpcServer, serveJsonRpc } from '#json-rpc/json-rpc-server.ts'
import type { AllowedHosts } from '#json-rpc/allowed-hosts.ts'
import type { AllowedOrigins } from '#json-rpc/json-rpc-server.ts'
import type { SqliteFile } from '#runtime/sqlite.ts'
import { Serial } from '#runtime/serial.ts'
import { Chain } from './chain/chain.ts'
import { EngineApi } from './engine-api/engine-api.ts'
import { PayloadBuilds } from './engine-api/payload-builds.ts'
import type { Genesis } from './genesis/genesis.ts'
import { fillBlock } from './pool/fill-block.ts'
import { poolViewOf } from './pool/pool-view.ts'
import { TransactionPool } from './pool/transaction-pool.ts'
import { blockMethods } from './rpc/block-methods.ts'
import { feeMethods } from './rpc/fee-methods.ts'
import { logMethods } from './rpc/log-methods.ts'
import { type DaLimits, debugMethods, nodeMethods } from './rpc/node-methods.ts'
import { poolMethods } from './rpc/pool-methods.ts'
import { Simulator } from './rpc/simulate.ts'
import { stateMethods } from './rpc/state-methods.ts'
import { subscribeMethods } from './rpc/subscribe-methods.ts'
import { openChainDatabase } from './store/chain-database.ts'

/** Options of an execution client. */
export interface ExecutionClientOptions {
  readonly genesis: Genesis
  /** Path of the database file; `:memory:` for a database in memory. */
  readonly databaseFile: string
  /** Whether all states are kept. */
  readonly archive: boolean
  /** The Engine API, for a consensus client that has the JWT secret. */
  readonly engine: Listen & { readonly jwtSecret: Uint8Array; readonly onCall?: OnCall }
  /** The JSON-RPC port for users. */
  readonly rpc: Listen & {
    readonly cors: AllowedOrigins | undefined
    readonly allowedHosts?: AllowedHosts
  }
  readonly clock: Clock
  readonly log: Logger
}

interface Listen {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
}

/** A running execution client. */
export interface ExecutionClient {
  readonly engineUrl: string
  readonly rpcUrl: string
  readonly chain: Chain
  readonly pool: TransactionPool
  close(): Promise<void>
}

/** Limit on the size of Engine API requests. A payload of 10 MiB has 20 MiB in hex. */
const maxEngineRequestBytes = 32 * 1024 * 1024

/**
 * Starts the embedded execution client, for development, tests and offline verification. Production runs op-reth or
 * op-geth.
 *
 * @throws Fault `chain-database`, `genesis-mismatch`, or the fault of a port that cannot be bound
 */
export async function startExecutionClient(
  options: ExecutionClientOptions,
): Promise<ExecutionClient> {
  const database = openChainDatabase(options.databaseFile)
  try {
    return await startOn(database, options)
  } catch (error) {
    // Without this, the process would keep the lock of the database file.
    database.close()
    throw error
  }
}

async function startOn(
  database: SqliteFile,
  options: ExecutionClientOptions,
): Promise<ExecutionClient> {
  const { genesis, archive, clock, log } = options
  const chain = new Chain({ database, genesis, archive })
  const pool = new TransactionPool(viewOf(chain))
  followHead(chain, pool, log)
  const serial = new Serial()
  const daLimits: DaLimits = { maxTransactionBytes: 0n, maxBlockBytes: 0n }
  const builds = openBuilds(options, { chain, pool, serial, daLimits })
  const engineApi = new EngineApi({ chain, builds, serial, log })
  const methods = userMethods(chain, pool)
  const debug = debugMethods(chain, { serial, daLimits })
  const servers: JsonRpcServer[] = []
  try {
    const { jwtSecret, ...engine } = options.engine
    const limits = { maxRequestBytes: maxEngineRequestBytes }
    const all = { ...methods, ...debug, ...engineApi.methods }
    const name = { what: 'the Engine API', portFlag: '--engine-port' }
    servers.push(
      await serveJsonRpc({ ...engine, name, methods: all, clock, log, jwtSecret, limits }),
    )
    const { cors, ...rpc } = options.rpc
    const open = { ...methods, ...debug }
    servers.push(
      await serveJsonRpc({
        ...rpc,
        name: { what: 'JSON-RPC for users', portFlag: '--rpc-port' },
        methods: open,
        clock,
        log,
        ...(cors !== undefined && { cors }),
      }),
    )
  } catch (error) {
    await closeAll(servers, builds)
    throw error
  }
  const [engineUrl = '', rpcUrl = ''] = servers.map(({ url }) => url)
  const { header, hash } = chain.head
  log.info({ url: engineUrl }, 'Engine API')
  log.info({ url: rpcUrl }, 'JSON-RPC')
  log.info({ l2: { number: header.number, hash } }, 'head')
  const close = async () => {
    await closeAll(servers, builds)
    chain.close()
  }
  return { engineUrl, rpcUrl, chain, pool, close }
}

/** Methods for users. */
function userMethods(chain: Chain, pool: TransactionPool): Methods {
  return {
    ...nodeMethods(chain),
    ...blockMethods(chain),
    ...stateMethods(chain, new Simulator(chain)),
    ...feeMethods(chain),
    ...logMethods(chain),
    ...poolMethods(chain, pool),
    ...subscribeMethods(chain, pool),
  }
}

function openBuilds(
  { clock, log }: ExecutionClientOptions,
  {
    chain,
    pool,
    serial,
    daLimits,
  }: {
    readonly chain: Chain
    readonly pool: TransactionPool
    readonly serial: Serial
    readonly daLimits: DaLimits
  },
): PayloadBuilds {
  let hasNews = false
  pool.subscribe({
    pending: () => {
      hasNews = true
    },
  })
  return new PayloadBuilds({
    chain,
    serial,
    clock,
    hasNews: () => hasNews,
    fill: async (builder, signal) => {
      hasNews = false
      const limits = {
        maxTxDaBytes: daLimits.maxTransactionBytes,
        maxBlockDaBytes: daLimits.maxBlockBytes,
        isOver: () => signal.aborted,
      }
      const { end, error } = await fillBlock(builder, pool, limits)
      if (end !== 'broken') return 'filled'
      log.error({ error }, 'the interpreter failed on a transaction, which is dropped')
      return 'broken'
    },
    onError: (error) => log.error({ error }, 'no further transactions could be added to a block'),
  })
}

/** Updates the pool with each new head. */
function followHead(chain: Chain, pool: TransactionPool, log: Logger): void {
  chain.onChange(({ head, added, removed }) => {
    const l2 = { number: head.header.number, hash: head.hash }
    const changed = { added: added.length, removed: removed.length }
    if (removed.length > 0) log.info({ l2, ...changed }, 'head moved by a reorg')
    else log.info({ l2, gasUsed: head.header.gasUsed }, 'head moved')
    const transactionsOf = (blocks: typeof added) =>
      blocks.flatMap((block) => chain.body(block).transactions)
    const refusals = pool.reset(viewOf(chain), {
      included: transactionsOf(added),
      dropped: transactionsOf(removed.toReversed()),
    })
    for (const { reason } of refusals)
      log.debug(
        { reason },
        'a transaction did not return to the pool after a reorg dropped its block',
      )
  })
}

function viewOf(chain: Chain): ReturnType<typeof poolViewOf> {
  const { header } = chain.head
  return poolViewOf(chain.config, { header, trie: chain.state(chain.head).trie }, chain.source)
}

async function closeAll(servers: readonly JsonRpcServer[], builds: PayloadBuilds): Promise<void> {
  builds.close()
  await Promise.all(servers.map((server) => server.close()))
}
