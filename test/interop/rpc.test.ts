import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openSocket } from '#test/fakes/web-socket-client.ts'
import { type Beside, besideNetwork, ownPorts, untilCaughtUp } from './beside.ts'
import { startOnEmbedded } from './followers.ts'
import {
  ask,
  batchWith,
  post,
  type Ref,
  resultOf,
  rpcPort,
  rpcUrl,
  statusOf,
} from './rpc-clients.ts'
import { blockOf, type Network, whyNoNetwork } from './network.ts'
import { until } from './until.ts'

// Compares the JSON-RPC answers of an Atoll node and an op-node of one network, first while the L2 chain advances, and
// later while it does not advance. In between, op-batcher and op-proposer run with the JSON-RPC of Atoll.

/** For how long the answers are compared while the chain advances. */
const seconds = Number(process.env['ATOLL_INTEROP_SECONDS'] ?? 15)

/** Port of the Atoll node's admin methods. */
const adminPort = ownPorts + 7

/** The field names and types of a JSON value, in order, without the contents of the fields. */
function shapeOf(value: unknown): unknown {
  // Go encodes an empty list as null.
  if (Array.isArray(value) || value === null) return 'list'
  if (typeof value !== 'object') return typeof value
  return Object.entries(value).map(([name, field]) => [name, shapeOf(field)])
}

/** Asserts that, while the chain advances, both statuses have the same form and all heads are on one chain. */
async function compareMoving(t: TestContext, theirs: string, { opNode, ours }: Beside) {
  const socket = await openSocket(t, rpcUrl.replace('http', 'ws'))
  assert.equal((await socket.ask('ws_subscribe_unsafe_head')).error, undefined)
  const seen = new Map<number, string>()
  const endMs = performance.now() + seconds * 1_000
  let compared = 0
  while (performance.now() < endMs) {
    const [our, their] = await Promise.all([statusOf(rpcUrl), statusOf(theirs)])
    assert.deepEqual(shapeOf(our), shapeOf(their))
    for (const [name, ref] of Object.entries(our))
      if (name.endsWith('_l2')) seen.set(ref.number, ref.hash)
    compared++
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  for (const [number, hash] of seen) {
    const block = await blockOf(opNode.execution, `0x${number.toString(16)}`)
    if (block !== undefined) assert.equal(block.hash, hash, `block ${number}`)
  }
  const numbers = socket.messages.map((message) => {
    const { params } = JSON.parse(message) as { params: { result: Ref; sequence: string } }
    assert.equal(params.sequence, `${params.result.number}-${params.result.hash}`)
    return params.result.number
  })
  // Without gossip, the unsafe head is the safe head. If the head advances by several blocks in one step, clients are
  // notified of each block.
  const [first = 0] = numbers
  assert.deepEqual(
    numbers,
    numbers.map((_, at) => first + at),
  )
  assert.ok(numbers.length > 0, await ours[0]?.explain())
  t.diagnostic(
    `${compared} statuses of the same form, ${seen.size} heads on one chain, ${numbers.length} notified`,
  )
}

/** Stops the sequencer, and waits until both nodes have the same status. */
async function comeToRest(network: Network, theirs: string): Promise<void> {
  await network.control('node-a', 'stop')
  const texts = async () =>
    Promise.all([rpcUrl, theirs].map((url) => ask(url, 'optimism_syncStatus')))
  const explain = async () => (await texts()).join('\n')
  await until(
    'both nodes have the same status',
    { withinMs: 120_000, everyMs: 50, explain },
    async () => {
      const [our, their] = await texts()
      return our === their
    },
  )
}

/** Request bodies to which both nodes must give the same answer, byte for byte. */
function bodies(safe: number, l1: number): readonly string[] {
  const hex = (number: number) => `0x${number.toString(16)}`
  const call = (method: string, ...params: readonly unknown[]) =>
    JSON.stringify({ jsonrpc: '2.0', id: 7, method, params })
  const first = call('optimism_rollupConfig')
  const unknown = call('optimism_nothing')
  return [
    first,
    call('optimism_syncStatus'),
    call('optimism_dependencySet'),
    ...[0, 1, safe >> 1, safe].map((number) => call('optimism_outputAtBlock', hex(number))),
    call('optimism_outputAtBlock', hex(safe + 100_000)),
    ...[0, 1, l1 >> 1, l1 - 10, l1 + 1_000].map((number) =>
      call('optimism_safeHeadAtL1Block', hex(number)),
    ),
    call('optimism_safeHeadAtL1Block', hex(0)),
    ...['', '0x', '0x01', '5', '0xzz', '0x10000000000000000', 5, null, true, {}, []].map((param) =>
      call('optimism_safeHeadAtL1Block', param),
    ),
    call('optimism_safeHeadAtL1Block'),
    call('optimism_safeHeadAtL1Block', '0x1', '0x2'),
    call('optimism_syncStatus', 1),
    call('superroot_atTimestamp', '0x1'),
    call('superroot_atTimestamp', 'x'),
    call('opp2p_peers', 'yes'),
    call('opp2p_peers'),
    call('opp2p_blockAddr'),
    call('opp2p_blockAddr', ''),
    call('opp2p_blockAddr', '1.2.3'),
    call('opp2p_blockSubnet', null),
    call('opp2p_listBlockedPeers'),
    call('opp2p_listBlockedAddrs'),
    call('opp2p_listBlockedSubnets'),
    call('opp2p_discoveryTable'),
    unknown,
    call('eth_blockNumber'),
    call('rpc_nothing'),
    '{',
    '[]',
    '[1]',
    '{}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"1.0","id":1,"method":"optimism_version"}',
    '{"jsonrpc":"2.0","id":"a","method":"optimism_rollupConfig","params":null}',
    '{"jsonrpc":"2.0","id":"a","method":"optimism_rollupConfig","params":{}}',
    `[${first},${unknown},{"jsonrpc":"2.0","method":"optimism_version"},7]`,
  ]
}

/** Calls of admin methods. Atoll serves them on a separate port, op-node on its only port. */
const adminCalls: readonly (readonly [string, readonly unknown[]])[] = [
  ['admin_sequencerActive', []],
  ['admin_conductorEnabled', []],
  ['admin_startSequencer', [`0x${'00'.repeat(32)}`]],
  ['admin_startSequencer', []],
  ['admin_startSequencer', ['0x12']],
  ['admin_startSequencer', [5]],
  ['admin_stopSequencer', []],
  ['admin_overrideLeader', []],
  ['admin_setRecoverMode', [true]],
  ['admin_setRecoverMode', ['x']],
  ['admin_setLogLevel', ['loud']],
  ['admin_setLogLevel', ['INFO']],
  ['admin_setLogLevel', [5]],
  ['admin_nothing', []],
]

/** Compares all answers while the chain is at rest. */
async function compareAtRest(t: TestContext, theirs: string, token: string) {
  const status = await statusOf(theirs)
  const [safe, l1] = [status['safe_l2']?.number ?? 0, status['finalized_l1']?.number ?? 0]
  const different: string[] = []
  const compare = async (what: string, read: (url: string) => Promise<string>, our = rpcUrl) => {
    let pair: readonly string[] = []
    // L1 still advances, so a status may change between the two requests.
    for (let tries = 0; tries < 20; tries++) {
      pair = await Promise.all([read(our), read(theirs)])
      if (pair[0] === pair[1]) return
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    different.push([what, ...pair].join('\n  '))
  }
  const all = bodies(safe, l1)
  for (const body of all) await compare(body, (url) => post(url, body))
  const admin = `http://atoll:${token}@127.0.0.1:${adminPort}`
  for (const [method, params] of adminCalls)
    await compare(
      `${method} ${JSON.stringify(params)}`,
      (url) => askAs(url, { method, params, token }),
      admin.replace(`atoll:${token}@`, ''),
    )
  t.diagnostic(
    `${all.length + adminCalls.length - different.length} of ${all.length + adminCalls.length} answers are the same, byte for byte`,
  )
  assert.deepEqual(different, [])
}

async function askAs(
  url: string,
  { method, params, token }: { method: string; params: readonly unknown[]; token: string },
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return (await response.text()).trim()
}

/** Compares the form of answers whose values differ from node to node. */
async function compareForms(theirs: string): Promise<void> {
  const forms: readonly (readonly [string, readonly unknown[]])[] = [
    ['optimism_version', []],
    ['health_status', []],
    ['opp2p_self', []],
    ['opp2p_peerStats', []],
  ]
  for (const [method, params] of forms) {
    const [our, their] = await Promise.all(
      [rpcUrl, theirs].map((url) => resultOf<unknown>(url, method, params)),
    )
    assert.deepEqual(shapeOf(our), shapeOf(their), method)
  }
  const [our, their] = await Promise.all(
    [rpcUrl, theirs].map(async (url) => {
      const dump = await resultOf<Record<string, Record<string, unknown>>>(url, 'opp2p_peers', [
        true,
      ])
      return { dump, peer: Object.values(dump['peers'] ?? {})[0] }
    }),
  )
  assert.deepEqual(Object.keys(our?.dump ?? {}), Object.keys(their?.dump ?? {}))
  assert.ok(our?.peer !== undefined && their?.peer !== undefined)
  assert.deepEqual(shapeOf(our.peer), shapeOf(their.peer))
  const health = await Promise.all(
    [rpcUrl, theirs].map(async (url) => shapeOf(await (await fetch(`${url}/healthz`)).json())),
  )
  assert.deepEqual(health[0], health[1])
}

/** Compares the super root at the time of a safe block. Both nodes compute it with their safe-head histories. */
async function compareRoots(theirs: string): Promise<void> {
  const status = await statusOf(theirs)
  const { number = 0 } = status['safe_l2'] ?? {}
  const output = await resultOf<{ blockRef: { timestamp: number } }>(
    theirs,
    'optimism_outputAtBlock',
    [`0x${(number >> 1).toString(16)}`],
  )
  const at = `0x${output.blockRef.timestamp.toString(16)}`
  const [our, their] = await Promise.all(
    [rpcUrl, theirs].map((url) =>
      resultOf<Record<string, unknown>>(url, 'superroot_atTimestamp', [at]),
    ),
  )
  assert.deepEqual(our?.['data'], their?.['data'])
  assert.deepEqual(our?.['optimistic_at_timestamp'], their?.['optimistic_at_timestamp'])
  assert.deepEqual(Object.keys(our ?? {}), Object.keys(their ?? {}))
}

const skip = whyNoNetwork() ?? false
test(
  'Atoll answers JSON-RPC as op-node does, while the chain advances and while it does not; op-batcher and op-proposer work with it',
  { skip },
  async (t) => {
    const token = randomBytes(32).toString('hex')
    await besideNetwork(
      {},
      async (beside) => {
        const { network } = beside
        const theirs = network.file.nodes.b.rollupUrl
        await untilCaughtUp(beside)
        await compareMoving(t, theirs, beside)
        await compareForms(theirs)
        const { executionUrl } = network.file.nodes.a
        await batchWith(t, network, { executionUrl, rollupUrl: rpcUrl, theirs })
        await comeToRest(network, theirs)
        await compareAtRest(t, theirs, token)
        await compareRoots(theirs)
      },
      (network, folder) => {
        const tokenFile = join(folder, 'token.hex')
        writeFileSync(tokenFile, token, { mode: 0o600 })
        const flags = {
          'rpc-port': String(rpcPort),
          'rpc-admin-port': String(adminPort),
          'rpc-admin-token-file': tokenFile,
          'p2p-disable': 'false',
          'p2p-listen-ip': '127.0.0.1',
          'p2p-listen-tcp': String(ownPorts + 2),
          'p2p-discovery': 'false',
          'p2p-static-peers': network.file.nodes.b.multiaddr,
          'metrics-port': '0',
        }
        return [() => startOnEmbedded(network, { folder, portBase: ownPorts, flags })]
      },
    )
  },
)
