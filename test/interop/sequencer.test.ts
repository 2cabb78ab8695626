import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { startExecutionClient } from './followers.ts'
import { hashesOf, medianAndWorst } from './head-record.ts'
import { blockOf, clientOf, whyNoNetwork } from './network.ts'
import { batchWith, proposeWith, resultOf, statusOf } from './rpc-clients.ts'
import { BlockTimes, startSequencer, untilAdmin } from './sequencers.ts'
import { assertOneChain, takeOver, transactionsIn, untilBlock, untilOnTime } from './take-over.ts'
import { pause, until } from './until.ts'
import { blockSeconds, networkPorts, withNetwork } from './with-network.ts'

// Atoll makes the blocks of a live network in the place of op-node a, on its op-geth, ports and keys. op-batcher,
// op-node b and op-geth b stay as they are.

/** Number of blocks that Atoll makes. */
const blocks = Number(process.env['ATOLL_INTEROP_BLOCKS'] ?? 60)

/** Number of times that the sequencer moves from one node to the other and back. */
const moves = Number(process.env['ATOLL_INTEROP_MOVES'] ?? 4)

/** Depths of L1 reorgs, in blocks. */
const depths = (process.env['ATOLL_INTEROP_DEPTHS'] ?? '1,4,10').split(',').map(Number)

/** A block as `optimism_syncStatus` has it. */
interface StatusBlock {
  readonly timestamp: number
  readonly l1origin: { readonly number: number }
}

/** How long L1 makes no blocks. */
const standstillMs = 20_000

/** The key that signs blocks, an account of the network. op-node b gets it as a flag, before the network is up. */
const signerKey = '47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a'

function text(delays: readonly number[]): string {
  const { median, worst } = medianAndWorst(delays)
  return `${median} / ${worst} ms (median / worst of ${delays.length})`
}

const skip = whyNoNetwork() ?? false

test(
  'Atoll takes the place of an op-node that is a sequencer, through all forks: its blocks are on time, op-node has the same blocks, and op-batcher and op-proposer work with it',
  { skip },
  async (t: TestContext) => {
    // The forks from Ecotone on activate while Atoll is the sequencer.
    const flags = { 'forks-offset': '45', 'forks-gap': '4' }
    await withNetwork(flags, async (started) => {
      const { closing, network } = started
      const { a, b } = network.file.nodes
      const times = new BlockTimes(b.executionUrl)
      closing(() => times.stop())
      const beforeHead = ((await statusOf(b.rollupUrl))['unsafe_l2']?.number ?? 0) + 1
      await pause(15_000)
      const { head, ours } = await takeOver(started)
      // The first blocks make up for the time in which there was no sequencer.
      const settled = head.number + 20
      const wanted = Math.max(head.number + blocks, settled + 60)
      await untilBlock(b.executionUrl, wanted, ours)
      await assertOneChain(network, wanted)
      const theirs = times.between(beforeHead, head.number)
      const own = times.between(settled, wanted)
      t.diagnostic(`op-node: blocks at op-geth b ${text(theirs)} after their time`)
      t.diagnostic(`Atoll: blocks at op-geth b ${text(own)} after their time`)
      assert.ok(own.length > (wanted - settled) * 0.9, 'blocks came together')
      const [median, theirMedian] = [medianAndWorst(own).median, medianAndWorst(theirs).median]
      assert.ok(median <= theirMedian + 100, `${median} ms, op-node ${theirMedian} ms`)
      const isSafe = async () =>
        ((await statusOf(b.rollupUrl))['safe_l2']?.number ?? 0) > head.number + 30
      await until(
        'op-batcher posts blocks of Atoll, and they are safe in op-node b',
        { withinMs: 120_000, explain: () => ours.explain() },
        isSafe,
      )
      const { unsafe_l2: unsafe } = await statusOf(a.rollupUrl)
      assert.ok((unsafe?.number ?? 0) >= wanted)
      await proposeWith(t, network, { rollupUrl: a.rollupUrl, theirs: b.rollupUrl })
      const withUsers = await transactionsIn(a.executionUrl, head.number + 1, wanted)
      t.diagnostic(`${withUsers} transactions of users in ${wanted - head.number} blocks`)
      assert.ok(withUsers >= (wanted - head.number) * 0.5)
    })
  },
)

test(
  'the sequencer moves between Atoll and op-node by admin methods: no block is lost or doubled',
  { skip },
  async (t: TestContext) => {
    const flags = {
      'forks-offset': '2',
      'forks-gap': '1',
      'verifier-flags': `--sequencer.enabled --sequencer.stopped --sequencer.l1-confs=0 --p2p.sequencer.key=${signerKey}`,
    }
    await withNetwork(flags, async (started) => {
      const { closing, network } = started
      const { b } = network.file.nodes
      assert.equal(network.file.unsafeBlockSigner.key, signerKey)
      const { head, ours } = await takeOver(started)
      await untilAdmin(ours)
      // The first blocks make up for the time in which there was no sequencer.
      const from = head.number + 25
      await untilBlock(b.executionUrl, from, ours)
      const times = new BlockTimes(b.executionUrl)
      closing(() => times.stop())
      const theirs = <Result>(method: string, ...params: readonly unknown[]) =>
        resultOf<Result>(b.rollupUrl, method, params)
      const mine = <Result>(method: string, ...params: readonly unknown[]) =>
        ours.admin<Result>(method, ...params)
      const headOf = { theirs: b.rollupUrl, mine: network.file.nodes.a.rollupUrl }
      for (let move = 0; move < moves; move++) {
        const [leave, enter, url] =
          move % 2 === 0 ? [mine, theirs, headOf.theirs] : [theirs, mine, headOf.mine]
        const hash = await leave<string>('admin_stopSequencer')
        const isThere = async () => (await statusOf(url))['unsafe_l2']?.hash === hash
        await until(
          `move ${move}: the other node has the last block`,
          { withinMs: 10_000, everyMs: 20, explain: () => ours.explain() },
          isThere,
        )
        await enter('admin_startSequencer', hash)
        assert.deepEqual(
          [await leave('admin_sequencerActive'), await enter('admin_sequencerActive')],
          [false, true],
        )
        await pause(2_000 + 137 * move)
      }
      const { unsafe_l2: unsafe } = await statusOf(b.rollupUrl)
      const to = (unsafe?.number ?? 0) - 1
      await untilBlock(network.file.nodes.a.executionUrl, to, ours)
      await assertOneChain(network, to)
      t.diagnostic(
        `${moves} moves: blocks at op-geth b ${text(times.between(from, to))} after their time`,
      )
    })
  },
)

test(
  'L1 is reorganised and pauses while Atoll is the sequencer: blocks continue, and op-node follows them',
  { skip },
  async (t: TestContext) => {
    const flags = {
      'forks-offset': '2',
      'forks-gap': '1',
      'safe-distance': '14',
      'finality-distance': '30',
    }
    await withNetwork(flags, async (started) => {
      const { closing, network } = started
      const { a, b } = network.file.nodes
      const { head, ours } = await takeOver(started)
      const times = new BlockTimes(b.executionUrl)
      closing(() => times.stop())
      await untilBlock(b.executionUrl, head.number + 40, ours)
      for (const depth of depths) {
        await untilOnTime(times, ours)
        const before = times.newest
        const startedMs = Date.now()
        await network.reorganise(depth)
        await untilOnTime(times, ours)
        const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1)
        t.diagnostic(
          `L1 reorg of ${depth} at block ${before}: blocks on time at op-geth b after ${seconds} s`,
        )
      }
      await network.controlL1('pause')
      const before = times.newest
      await pause(standstillMs)
      await network.controlL1('resume')
      const made = times.newest - before
      assert.ok(made >= standstillMs / 1_000 / blockSeconds - 2, `${made} blocks without L1`)
      t.diagnostic(`L1 stood still for ${standstillMs / 1_000} s: ${made} blocks`)
      await untilOnTime(times, ours)
      // op-batcher keeps its nonce over an L1 reorg that removed its transactions, and may then wait without end for
      // these transactions.
      await network.control('batcher', 'stop')
      await network.control('batcher', 'start')
      const safe = async () => (await statusOf(b.rollupUrl))['safe_l2']?.number ?? 0
      const wanted = times.newest
      await until(
        'op-batcher posts blocks after the reorgs',
        { withinMs: 120_000, explain: () => ours.explain() },
        async () => (await safe()) >= wanted,
      )
      await untilBlock(a.executionUrl, wanted, ours)
      await assertOneChain(network, wanted)
    })
  },
)

/** The sequencer drift of the network before Fjord, in seconds. From Fjord on it is 30 minutes. */
const driftSeconds = 20

test(
  'L1 pauses for longer than the sequencer drift: Atoll waits, and when L1 continues, the blocks of Atoll are on time again',
  { skip },
  async (t: TestContext) => {
    const flags = { 'forks-offset': '2', fork: 'ecotone', 'max-drift': String(driftSeconds) }
    await withNetwork(flags, async (started) => {
      const { closing, network } = started
      const { a, b } = network.file.nodes
      const { head, ours } = await takeOver(started)
      const times = new BlockTimes(b.executionUrl)
      closing(() => times.stop())
      await untilBlock(b.executionUrl, head.number + 40, ours)
      await untilOnTime(times, ours)
      await network.controlL1('pause')
      // After this time, the next block would be beyond the drift.
      await pause((driftSeconds + 5) * 1_000)
      const last = times.newest
      await pause(10_000)
      assert.equal(times.newest, last, 'a block beyond the drift')
      const { unsafe_l2: unsafe } = await statusOf(a.rollupUrl)
      const { l1origin, timestamp } = unsafe as Partial<StatusBlock>
      const l1 = clientOf(network.file.l1.rpcUrl)
      closing(() => l1.close())
      const origin = await blockOf(l1, `0x${(l1origin?.number ?? 0).toString(16)}`)
      assert.equal((timestamp ?? 0) - (origin?.timestamp ?? 0), driftSeconds)
      assert.match(await ours.explain(), /more than 20 s ahead of its L1 origin/u)
      const startedMs = Date.now()
      await network.controlL1('resume')
      await untilOnTime(times, ours)
      const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1)
      t.diagnostic(
        `the last block before the drift is ${last}; on time ${seconds} s after L1 goes on`,
      )
      const wanted = times.newest
      const safe = async () => (await statusOf(b.rollupUrl))['safe_l2']?.number ?? 0
      await until(
        'op-batcher posts the blocks',
        { withinMs: 120_000, explain: () => ours.explain() },
        async () => (await safe()) >= wanted,
      )
      await untilBlock(a.executionUrl, wanted, ours)
      await assertOneChain(network, wanted)
    })
  },
)

/** Number of L1 blocks in the sequencing window, and number of them that remain when recover mode is turned on. */
const [windowBlocks, leftBlocks] = [10, 3]

test(
  'the sequencing window expires without op-batcher: in recover mode Atoll continues on the derived blocks, and op-batcher continues',
  { skip },
  async (t: TestContext) => {
    const flags = {
      'forks-offset': '2',
      'forks-gap': '1',
      'seq-window': String(windowBlocks),
      // The first block of a channel is the next one whose window expires, so the channel must get into the next L1 block.
      'channel-duration': '1',
      'l1-block-time': '4',
    }
    await withNetwork(flags, async (started) => {
      const { closing, network } = started
      const { a, b } = network.file.nodes
      const { head, ours } = await takeOver(started)
      const times = new BlockTimes(b.executionUrl)
      closing(() => times.stop())
      const explain = () => ours.explain()
      await untilBlock(b.executionUrl, head.number + 30, ours)
      await network.control('batcher', 'stop')
      const safe = async () => (await statusOf(b.rollupUrl))['safe_l2']?.number ?? 0
      const isNear = async () => {
        const { current_l1: l1, safe_l2: block } = await statusOf(b.rollupUrl)
        const origin = (block as Partial<StatusBlock> | undefined)?.l1origin
        return (l1?.number ?? 0) - (origin?.number ?? Infinity) >= windowBlocks - leftBlocks
      }
      await until('the window has nearly expired', { withinMs: 120_000, explain }, isNear)
      await ours.admin('admin_setRecoverMode', true)
      const [before, unsafe] = [await safe(), times.newest]
      const isDerived = async () => (await safe()) >= before + 20
      await until('blocks without batches are safe', { withinMs: 180_000, explain }, isDerived)
      t.diagnostic(
        `the window expired at unsafe block ${unsafe}, safe block ${before}; ${await safe()} is safe without op-batcher`,
      )
      await untilOnTime(times, ours)
      await ours.admin('admin_setRecoverMode', false)
      await network.control('batcher', 'start')
      // The transactions of the dropped blocks are gone, and the sender continues with higher nonces.
      await network.control('sender', 'stop')
      await network.control('sender', 'start')
      const isPosted = async () => {
        const number = await safe()
        return (await transactionsIn(b.executionUrl, number - 5, number)) > 0
      }
      // Each channel that is too late is dropped, and op-batcher posts the blocks after the new safe head.
      await until('a safe block has transactions again', { withinMs: 180_000, explain }, isPosted)
      const wanted = times.newest
      for (const { rollupUrl } of [a, b]) {
        const isSafe = async () => ((await statusOf(rollupUrl))['safe_l2']?.number ?? 0) >= wanted
        await until(`block ${wanted} is safe`, { withinMs: 60_000, explain }, isSafe)
      }
      await assertOneChain(network, wanted)
      t.diagnostic(`op-batcher posts blocks again: block ${wanted} is safe in both nodes`)
    })
  },
)

/** First port of the embedded client and of the node on it. */
const embeddedPorts = Number(networkPorts) + 150

test(
  'Atoll is the sequencer on the embedded execution client: op-node follows by gossip, op-batcher and op-proposer work with it',
  { skip },
  async (t: TestContext) => {
    const flags = { 'forks-offset': '2', 'forks-gap': '1' }
    await withNetwork(flags, async (started) => {
      const { closing, folder, network } = started
      const { a, b } = network.file.nodes
      const [engine, rpc, rollup, p2p] = [0, 1, 2, 3].map((at) => String(embeddedPorts + at))
      assert.ok(engine && rpc && rollup && p2p)
      const client = startExecutionClient(network.file, { folder, engine, rpc })
      closing(() => client.stop())
      const local = 'http://127.0.0.1'
      const ours = await startSequencer(network.file, {
        folder,
        name: 'embedded',
        place: {
          ...a,
          engineUrl: `${local}:${engine}`,
          executionUrl: `${local}:${rpc}`,
          rollupUrl: `${local}:${rollup}`,
          multiaddr: `/ip4/127.0.0.1/tcp/${p2p}`,
          p2pKey: randomBytes(32).toString('hex'),
        },
        peers: [a.multiaddr, b.multiaddr],
        flags: { 'sequencer-stopped': 'true' },
      })
      closing(() => ours.stop())
      await untilAdmin(ours)
      const rollupUrl = `${local}:${rollup}`
      const follows = async (hash: string) => {
        const { unsafe_l2: unsafe } = await statusOf(rollupUrl)
        return unsafe?.hash === hash
      }
      const explain = () => ours.explain()
      await until('the node follows op-node a', { withinMs: 120_000, explain }, async () => {
        const { unsafe_l2: unsafe } = await statusOf(a.rollupUrl)
        return unsafe !== undefined && (await follows(unsafe.hash ?? ''))
      })
      const hash = await resultOf<string>(a.rollupUrl, 'admin_stopSequencer')
      await until('the node has the last block', { withinMs: 10_000, everyMs: 20, explain }, () =>
        follows(hash),
      )
      await ours.admin('admin_startSequencer', hash)
      const times = new BlockTimes(b.executionUrl)
      closing(() => times.stop())
      const from = times.newest + 10
      const wanted = from + blocks
      await untilBlock(b.executionUrl, wanted, ours)
      const executionUrl = `${local}:${rpc}`
      await batchWith(t, network, { executionUrl, rollupUrl, theirs: b.rollupUrl })
      const verifier = clientOf(b.executionUrl)
      closing(() => verifier.close())
      assert.deepEqual(await hashesOf(ours.execution, wanted), await hashesOf(verifier, wanted))
      t.diagnostic(`blocks at op-geth b ${text(times.between(from, wanted))} after their time`)
    })
  },
)
