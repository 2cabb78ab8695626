import { l1ChainConfigJson } from '#protocol/chains/l1-blob-schedules.ts'
import { networkJson } from '#protocol/chains/registry/networks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { type Clock, toIsoTime } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { hashJson, quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { BeaconClient } from '#l1/beacon-client.ts'
import { CachedL1 } from '#l1/cached-l1.ts'
import { L1Client } from '#l1/l1-client.ts'
import { readJsonFile } from '#runtime/json-file.ts'
import { RecordWriter } from '#records/folder/record-writer.ts'
import { type ChainSettings, loadRollupConfig } from '#runtime/settings/chain-settings.ts'
import { version } from '#runtime/version.ts'
import type { SettledBlock } from '#records/derive/derive-chain.ts'
import { readGenesis, readGenesisJson } from '#execution-client/genesis/read-genesis.ts'
import { recordChain, type RecordedChain } from './record-chain.ts'

/**
 * Options of writing a record. If a config file is undefined, the config of the network has its content, or it is not
 * needed.
 */
export interface WriteRecordOptions extends Partial<ChainSettings> {
  /** JSON-RPC endpoint of L1; undefined if `fromCache` is given. */
  readonly l1RpcUrl?: string | undefined
  /** Data folder of a da-watcher, with the needed part of L1. */
  readonly fromCache?: string | undefined
  readonly l1BeaconUrl?: string | undefined
  /** Whether the blocks of L1 are not verified. */
  readonly trustL1?: boolean
  readonly l2RpcUrl: string
  readonly genesis?: string | undefined
  readonly from: bigint
  readonly to: bigint
  readonly out: string
  readonly requestTimeoutMs: number
  readonly clock: Clock
  /** Cancels the recording, and removes it. */
  readonly signal?: AbortSignal | undefined
  readonly onBlock: (block: SettledBlock) => void
  /** Called with the number of each L1 block read. */
  readonly onL1Block?: ((number: bigint) => void) | undefined
}

/** Attempts of a request. */
const rounds = 5

/**
 * Writes a record, from which `atoll derive` derives the same chain without a network.
 *
 * @throws Fault with advice
 */
export async function writeRecord(options: WriteRecordOptions): Promise<RecordedChain> {
  const config = await loadRollupConfig(options)
  await checkRange(options, config)
  const nodes = connect(options, config)
  try {
    return await writeFrom(nodes, config, options)
  } finally {
    await nodes.close()
  }
}

async function writeFrom(
  nodes: Nodes,
  config: RollupConfig,
  options: WriteRecordOptions,
): Promise<RecordedChain> {
  const writer = await RecordWriter.create(options.out)
  try {
    await checkChains(nodes, config, options)
    await writeConfig(writer, options, config)
    const recorded = await recordChain({ ...nodes, config, writer, ...rangeOf(options) })
    await writer.addJson('about.json', await aboutOf(recorded, nodes, { options, config }))
    await writer.finish()
    return recorded
  } catch (error) {
    await writer.discard()
    if (!isFault(error, 'aborted')) throw withAdvice(error)
    const detail = `the recording was stopped; nothing is left of ${options.out}`
    throw new Fault('recording-stopped', { detail, cause: error })
  }
}

function rangeOf({ from, to, onBlock, onL1Block }: WriteRecordOptions) {
  return { from, to, onBlock, onL1Block }
}

/** Turns an error of the recording, such as a refused call, into a fault with advice and the node's message. */
function withAdvice(error: unknown): unknown {
  // Derivation throws the fault `record` for data that it cannot use. During a recording this data comes from nodes.
  if (isFault(error, 'record')) {
    const detail = error.detail ?? ''
    return new Fault('recording-refused', { detail, cause: error })
  }
  if (error instanceof DecodeError) {
    const detail = `a node gave an invalid answer: ${error.message}`
    return new Fault('recording-refused', { detail, cause: error })
  }
  if (!(error instanceof JsonRpcError)) return error
  const detail = `a node refused a call: ${error.message} (code ${error.code})`
  return new Fault('recording-refused', { detail, cause: error })
}

async function checkRange(
  { from, to, genesis }: WriteRecordOptions,
  config: RollupConfig,
): Promise<void> {
  const { number } = config.genesis.l2
  if (from < number) throw wrong(`--from ${from} is before the genesis, block ${number}`)
  if (to <= from) throw wrong(`--to ${to} must be above --from ${from}`)
  if (genesis === undefined) return
  if (from !== number)
    throw wrong(`--genesis: blocks are executed from the genesis on, so --from must be ${number}`)
  // Only the form of the genesis is checked here; its content is checked by execution.
  await readGenesis(genesis)
}

function wrong(detail: string): Fault {
  return new Fault('settings', { detail })
}

type Nodes = ReturnType<typeof connect>

function connect(options: WriteRecordOptions, config: RollupConfig) {
  // Cancels requests for blocks that were prefetched and not needed.
  const ended = new AbortController()
  const signal =
    options.signal === undefined ? ended.signal : AbortSignal.any([options.signal, ended.signal])
  const l1 = connectL1(options, config, signal)
  const l2Rpc = clientOf(options, options.l2RpcUrl)
  return {
    l1,
    l2: { rpc: l2Rpc, name: new URL(options.l2RpcUrl).origin, config, signal },
    signal,
    close: async () => {
      ended.abort()
      await Promise.all([l1.close(), l2Rpc.close()])
    },
  }
}

function clientOf(
  { clock, requestTimeoutMs: timeoutMs }: WriteRecordOptions,
  url: string,
): JsonRpcClient {
  return new JsonRpcClient({ endpoints: [{ url }], timeoutMs, rounds, clock })
}

function connectL1(options: WriteRecordOptions, config: RollupConfig, signal: AbortSignal) {
  const { clock, requestTimeoutMs: timeoutMs, fromCache, l1RpcUrl, l1BeaconUrl } = options
  const { trustL1: isTrusted = false } = options
  if ((fromCache === undefined) === (l1RpcUrl === undefined))
    throw wrong('give exactly one of --l1-rpc-url and --from-cache')
  if (fromCache !== undefined && l1BeaconUrl !== undefined)
    throw wrong('--l1-beacon-url has no use with --from-cache, which has the blobs too')
  if (l1RpcUrl === undefined) {
    const client = new CachedL1(fromCache ?? '', config, { isTrusted })
    const blobAdvice = `; ${client.name} does not have it any more`
    const close = () => Promise.resolve(client.close())
    return { rpc: undefined, name: client.name, client, blobAdvice, close }
  }
  const rpc = clientOf(options, l1RpcUrl)
  const beacon =
    l1BeaconUrl === undefined
      ? undefined
      : new BeaconClient({ url: l1BeaconUrl, timeoutMs, rounds, clock, signal })
  const name = new URL(l1RpcUrl).origin
  const blobAdvice =
    beacon === undefined
      ? '; give --l1-beacon-url to read blobs'
      : `; ${beacon.name} does not keep it any more; give --l1-beacon-url of an archive`
  const client = new L1Client({ rpc, name, beacon, isTrusted, view: config, signal })
  const close = async () => {
    await Promise.all([rpc.close(), beacon?.close()])
  }
  return { rpc, name, client, blobAdvice, close }
}

/**
 * Checks chain ids, the newest L2 block and the genesis before recording, because a mismatch would be detected late.
 */
async function checkChains(
  { l1, l2, signal }: Nodes,
  config: RollupConfig,
  { to }: WriteRecordOptions,
): Promise<void> {
  const ask = (rpc: JsonRpcClient, method: string, params: readonly unknown[] = []) =>
    rpc.call(method, params, { signal })
  for (const [{ rpc, name }, wanted, flag] of [
    [l1, config.l1ChainId, '--l1-rpc-url'],
    [l2, config.l2ChainId, '--l2-rpc-url'],
  ] as const) {
    // Cached blocks belong to this chain, as their hashes show.
    if (rpc === undefined) continue
    const found = parseJson(quantityJson, await ask(rpc, 'eth_chainId'), 'eth_chainId')
    if (found !== wanted)
      throw wrongChain(`${flag}: ${name} has chain ${found}, the rollup config has ${wanted}`)
  }
  const newest = parseJson(quantityJson, await ask(l2.rpc, 'eth_blockNumber'), 'eth_blockNumber')
  if (newest < to)
    throw wrong(`--to ${to}: the newest block of ${l2.name} is ${newest}; give a lower --to`)
  const { number, hash } = config.genesis.l2
  const genesis = await ask(l2.rpc, 'eth_getBlockByNumber', [toQuantity(number), false])
  if (typeof genesis !== 'object' || genesis === null || !('hash' in genesis)) return
  const found = parseJson(hashJson, genesis.hash, 'hash')
  if (found !== hash)
    throw wrongChain(
      `--l2-rpc-url: the genesis of ${l2.name} is ${found}, but the rollup config has ${hash}`,
    )
}

function wrongChain(detail: string): Fault {
  return new Fault('wrong-chain', { detail })
}

async function writeConfig(
  writer: RecordWriter,
  { network = '', rollupConfig, l1ChainConfig, dependencySet, genesis }: WriteRecordOptions,
  config: RollupConfig,
): Promise<void> {
  const rollup =
    rollupConfig === undefined ? networkJson(network) : await readJsonFile(rollupConfig)
  await writer.addJson('rollup.json', rollup)
  const l1Config =
    l1ChainConfig === undefined
      ? l1ChainConfigJson(config.l1ChainId)
      : await readJsonFile(l1ChainConfig)
  if (l1Config !== undefined) await writer.addJson('l1-chain-config.json', l1Config)
  if (dependencySet !== undefined)
    await writer.addJson('depset.json', await readJsonFile(dependencySet))
  // The registry has no dependency sets, so the set has only the network itself.
  else if (config.hardforkTimes.lagoon !== undefined)
    await writer.addJson('depset.json', { dependencies: { [String(config.l2ChainId)]: {} } })
  if (genesis !== undefined)
    await writer.addPackedJson('genesis.json', await readGenesisJson(genesis))
}

async function aboutOf(
  { l1, l2, txs, refused }: RecordedChain,
  nodes: Nodes,
  { options, config }: { readonly options: WriteRecordOptions; readonly config: RollupConfig },
): Promise<object> {
  return {
    what: `L2 blocks ${l2.first} to ${l2.last}, and the L1 blocks they are derived from`,
    network: options.network,
    l1ChainId: Number(config.l1ChainId),
    l2ChainId: Number(config.l2ChainId),
    firstL1Block: Number(l1.first),
    lastL1Block: Number(l1.last),
    firstL2Block: Number(l2.first),
    lastL2Block: Number(l2.last),
    l1Blocks: Number(l1.last - l1.first) + 1,
    l2Blocks: Number(l2.last - l2.first),
    l2Txs: txs,
    refusedPayloads: refused,
    atoll: version,
    l1Client: await versionOf(nodes.l1.rpc, nodes.signal),
    l2Client: await versionOf(nodes.l2.rpc, nodes.signal),
    recordedAt: toIsoTime(options.clock.now()),
  }
}

/** The version of a node; undefined if it does not serve `web3_clientVersion`, as many providers do not. */
async function versionOf(
  rpc: JsonRpcClient | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (rpc === undefined) return undefined
  const [answer] = await rpc.batch([{ method: 'web3_clientVersion', params: [] }], { signal })
  if (answer === undefined || 'error' in answer) return undefined
  return typeof answer.result === 'string' ? answer.result : undefined
}
