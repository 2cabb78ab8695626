import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { decodeFunctionData, encodeEventTopics, parseAbi } from 'viem'
import { ownPorts } from './beside.ts'
import { flagsOf, type Network, Program, programs } from './network.ts'
import { until } from './until.ts'

// Uses the JSON-RPC of an Atoll node by single calls, with op-batcher and with op-proposer.

/** JSON-RPC port of the Atoll node. */
export const rpcPort: number = ownPorts + 6

/** JSON-RPC URL of the Atoll node. */
export const rpcUrl = `http://127.0.0.1:${rpcPort}`

export type Ref = Readonly<Record<'hash' | 'parentHash', string>> &
  Readonly<Record<'number', number>>
type Status = Readonly<Record<string, Ref>>

/** Posts a body. @returns the whole answer, as text */
export async function post(url: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body })
  return (await response.text()).trim()
}

export function ask(url: string, method: string, params: unknown = []): Promise<string> {
  return post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
}

export async function resultOf<Result>(url: string, method: string, params: unknown = []) {
  const { result, error } = JSON.parse(await ask(url, method, params)) as {
    readonly result: Result
    readonly error?: unknown
  }
  assert.equal(error, undefined, `${method} of ${url}`)
  return result
}

export const statusOf = (url: string) => resultOf<Status>(url, 'optimism_syncStatus')

/** The private key of an account of the network. */
function keyOf({ file }: Network, wanted: string): string {
  const account = file.accounts.find(({ role }) => role === wanted)
  return account?.key ?? assert.fail(`no account of the ${wanted}`)
}

/** URLs of an Atoll node, and the rollup URL of an op-node. */
interface Urls {
  readonly executionUrl: string
  readonly rollupUrl: string
  readonly theirs: string
}

/** Runs op-batcher with Atoll's JSON-RPC until the posted blocks are safe in op-node. Then runs op-proposer, too. */
export async function batchWith(t: TestContext, network: Network, urls: Urls) {
  const { file } = network
  const { executionUrl, rollupUrl, theirs } = urls
  await network.control('batcher', 'stop')
  const flags = {
    'l1-eth-rpc': file.l1.rpcUrl,
    'l2-eth-rpc': executionUrl,
    'rollup-rpc': rollupUrl,
    'private-key': keyOf(network, 'batcher'),
    'data-availability-type': 'calldata',
    'max-channel-duration': '2',
    'sub-safety-margin': '4',
    'poll-interval': '500ms',
    'num-confirmations': '1',
    'txmgr.receipt-query-interval': '500ms',
    'metrics.port': String(ownPorts + 8),
  }
  const program = new Program(join(programs, 'op-batcher'), flagsOf(flags))
  try {
    const before = await statusOf(theirs)
    const wanted = (before['safe_l2']?.number ?? 0) + 20
    const explain = () => program.output
    await until(
      'blocks of op-batcher are safe in op-node',
      { withinMs: 90_000, explain },
      async () => ((await statusOf(theirs))['safe_l2']?.number ?? 0) >= wanted,
    )
    t.diagnostic(`op-batcher with Atoll: block ${wanted} is safe in op-node`)
    await proposeWith(t, network, urls)
  } finally {
    await program.stop()
  }
}

/** A dispute game that op-proposer created. A game claims an output root for a block. */
interface Proposal {
  readonly number: number
  readonly root: string
}

const factoryAbi = parseAbi([
  'event DisputeGameCreated(address indexed game, uint32 indexed gameType, bytes32 indexed rootClaim)',
  'function create(uint32 gameType, bytes32 rootClaim, bytes extraData) payable returns (address)',
])

/** The proposals on L1, in order. */
async function proposalsOn({ file }: Network): Promise<readonly Proposal[]> {
  const [topic] = encodeEventTopics({ abi: factoryAbi, eventName: 'DisputeGameCreated' })
  const filter = { address: file.contracts.disputeGameFactory, topics: [topic], fromBlock: '0x0' }
  const logs = await resultOf<readonly { topics: readonly string[]; transactionHash: string }[]>(
    file.l1.rpcUrl,
    'eth_getLogs',
    [filter],
  )
  return Promise.all(
    logs.map(async ({ topics, transactionHash }) => {
      const { input } = await resultOf<{ input: `0x${string}` }>(
        file.l1.rpcUrl,
        'eth_getTransactionByHash',
        [transactionHash],
      )
      const { args } = decodeFunctionData({ abi: factoryAbi, data: input })
      return { number: Number(args[2]), root: topics[3] ?? '' }
    }),
  )
}

/** Runs op-proposer with Atoll's JSON-RPC, and compares the output roots that it proposes with op-node's. */
export async function proposeWith(
  t: TestContext,
  network: Network,
  { rollupUrl, theirs }: Omit<Urls, 'executionUrl'>,
) {
  const { file } = network
  const flags = {
    'l1-eth-rpc': file.l1.rpcUrl,
    'rollup-rpc': rollupUrl,
    'game-factory-address': file.contracts.disputeGameFactory,
    'game-type': '1',
    'private-key': keyOf(network, 'proposer'),
    'allow-non-finalized': 'true',
    'wait-node-sync': 'true',
    'proposal-interval': '6s',
    'poll-interval': '1s',
    'num-confirmations': '1',
    'txmgr.receipt-query-interval': '500ms',
    'rpc.port': String(ownPorts + 9),
  }
  const wanted = 3
  const program = new Program(join(programs, 'op-proposer'), flagsOf(flags))
  let proposals: readonly Proposal[] = []
  try {
    const explain = () => program.output
    await until(
      `op-proposer makes ${wanted} proposals`,
      { withinMs: 90_000, explain },
      async () => {
        proposals = await proposalsOn(network)
        return proposals.length >= wanted
      },
    )
  } finally {
    await program.stop()
  }
  for (const { number, root } of proposals) {
    const params = [`0x${number.toString(16)}`]
    const { outputRoot } = await resultOf<{ outputRoot: string }>(
      theirs,
      'optimism_outputAtBlock',
      params,
    )
    assert.equal(root, outputRoot, `the output root of block ${number}`)
  }
  const numbers = proposals.map(({ number }) => number)
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].toSorted((a, b) => a - b),
  )
  t.diagnostic(`op-proposer with Atoll: the output roots of blocks ${numbers.join(', ')}`)
}
