import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createWalletClient, defineChain, http } from 'viem'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { systemClock } from '#runtime/clock.ts'
import type { ChannelForm } from '#devnet/batcher/make-channel.ts'
import { startBatcher } from '#devnet/batcher/start-batcher.ts'
import { compareNodes } from '#devnet/live/run-live.ts'
import type { WorldOptions } from '#devnet/live/start-live.ts'
import { batcherAccount, userAccounts } from '#devnet/rollup/accounts.ts'
import { l2ChainId } from '#devnet/rollup/create-rollup.ts'
import { DevnetWorld } from '#test/devnet/devnet-world.ts'
import {
  type DevnetVerifier,
  startDevnetVerifier,
  type VerifierOptions,
} from './devnet-verifier.ts'
import { whyNoNetwork } from './network.ts'
import { type PostedChannel, PostedChannels } from './posted-channels.ts'

// A real op-node with op-geth derives the chain of a devnet from what our batcher posts on L1.

/** Number of blocks of each kind. */
const wantedBlocks = Number(process.env['ATOLL_INTEROP_BLOCKS'] ?? 15)

/**
 * Seconds to the hardforks that allow a form, and to the others. op-geth supports hardforks up to Jovian, and refuses a
 * block that activates both Isthmus and Jovian.
 */
const forkOffsets: HardforkTimes = {
  regolith: 0n,
  canyon: 0n,
  delta: 8n,
  ecotone: 18n,
  fjord: 28n,
  granite: 36n,
  holocene: 36n,
  isthmus: 36n,
  jovian: 40n,
}

const forms: readonly ChannelForm[] = (['singular', 'span'] as const).flatMap((batches) =>
  (['zlib', 'brotli'] as const).flatMap((compression) =>
    (['calldata', 'blobs'] as const).map((data) => ({ batches, compression, data })),
  ),
)

const nameOf = ({ batches, compression, data }: ChannelForm) =>
  `${batches}, ${compression}, ${data}`

/** A devnet of one node, and the op-node that follows it. */
interface World {
  readonly devnet: DevnetWorld
  readonly verifier: DevnetVerifier
  readonly posted: PostedChannels
}

/** What op-node has read. */
async function statusOf({ rollup }: DevnetVerifier): Promise<{ safe: number; l1: number }> {
  const status = (await rollup.call('optimism_syncStatus', [])) as Readonly<
    Record<'safe_l2' | 'current_l1', { readonly number: number }>
  >
  return { safe: status.safe_l2.number, l1: status.current_l1.number }
}

/** Waits until op-node has a safe block. Compares all blocks up to op-node's safe head with those of the devnet. */
async function untilDerived({ devnet, verifier }: World, number: number): Promise<number> {
  const isDerived = async () => (await statusOf(verifier)).safe >= number
  try {
    await devnet.until(`op-node has derived block ${number}`, isDerived, 120_000)
  } catch (cause) {
    throw new Error(verifier.explain(), { cause })
  }
  const { safe } = await statusOf(verifier)
  const [made] = devnet.world.clients
  assert.ok(made !== undefined)
  const clients = [made, verifier.execution]
  const { firstDifference } = await compareNodes(clients, BigInt(safe))
  assert.equal(firstDifference, undefined, 'first block that differs')
  return safe
}

/** Waits until both nodes have read all of L1 that was posted before. @returns the number of their safe head */
async function untilSettled({ devnet, posted, verifier }: World): Promise<number> {
  const end = (await posted.head()) + 3n
  await devnet.until('op-node has read L1', async () => (await statusOf(verifier)).l1 >= end)
  const { safe } = await statusOf(verifier)
  await devnet.until('the devnet has read L1', () => devnet.head('safe') === safe)
  return safe
}

/** Sends transactions with data that does not compress: at least three frames or blobs if they are in one channel. */
async function sendMuchData({ world: { nodes } }: DevnetWorld): Promise<void> {
  const [, , , , account = assert.fail()] = userAccounts
  const rpcUrls = { default: { http: [nodes[0]?.executionUrl ?? ''] } }
  const nativeCurrency = { name: 'Ether', symbol: 'ETH', decimals: 18 }
  const chain = defineChain({ id: l2ChainId, name: 'devnet', nativeCurrency, rpcUrls })
  const wallet = createWalletClient({ account, chain, transport: http() })
  for (let sent = 0; sent < 8; sent++)
    await wallet.sendTransaction({
      to: account.address,
      data: `0x${randomBytes(60_000).toString('hex')}`,
      gas: 3_000_000n,
    })
}

const summaryOf = (channels: readonly PostedChannel[]) => {
  const frames = channels.map((channel) => channel.frames)
  return `in ${channels.length} channels with ${Math.max(...frames)} frames at most`
}

/** The devnet's batcher asks for the newest form from the start, and uses the older ones until a hardfork allows it. */
async function deriveActivations(t: TestContext, world: World): Promise<void> {
  const { devnet, posted } = world
  const found: PostedChannel[] = []
  const wanted = [
    'singular, zlib, calldata',
    'span, zlib, calldata',
    'span, zlib, blobs',
    'span, brotli, blobs',
  ]
  await devnet.until(
    'all forms are used',
    async () => {
      found.push(...(await posted.read()))
      return new Set(found.map(nameOf)).size === wanted.length
    },
    90_000,
  )
  assert.deepEqual([...new Set(found.map(nameOf))], wanted)
  const jovian = Number(forkOffsets.jovian)
  const last = await untilDerived(world, jovian + 3)
  t.diagnostic(`while hardforks activate: ${last + 1} blocks equal, ${summaryOf(found)}`)
}

/** Runs a batcher of one form. */
async function deriveForm(t: TestContext, world: World, form: ChannelForm): Promise<void> {
  const { devnet, posted } = world
  const { l1Url, nodes, rollup } = devnet.world
  const from = await untilSettled(world)
  await posted.read()
  const { executionUrl, rollupUrl } = nodes[0] ?? assert.fail()
  const batcher = startBatcher({
    form,
    l1Url,
    rollupUrl,
    executionUrl,
    config: rollup.config,
    account: batcherAccount,
    clock: systemClock,
    report: (what) => t.diagnostic(what),
  })
  try {
    await sendMuchData(devnet)
    const last = await untilDerived(world, from + wantedBlocks)
    const channels = await posted.read()
    assert.deepEqual([...new Set(channels.map(nameOf))], [nameOf(form)])
    assert.ok(
      channels.some(({ frames }) => frames > 1),
      'no channel of several frames',
    )
    t.diagnostic(`${nameOf(form)}: ${last - from} blocks equal, ${summaryOf(channels)}`)
  } finally {
    await batcher.stop()
  }
}

/** Runs a devnet of one node, and op-node on its L1. */
async function withVerifier(
  t: TestContext,
  client: VerifierOptions['client'],
  options: Partial<WorldOptions>,
): Promise<World> {
  const devnet = await DevnetWorld.start(t, { nodes: 1, ...options })
  const folder = join(devnet.world.folder, 'verifier')
  const verifier = await startDevnetVerifier(devnet.world, { client, folder })
  devnet.beforeEnd(() => verifier.stop())
  return { devnet, verifier, posted: new PostedChannels(devnet.world) }
}

function assertNothingDropped({ verifier }: World): void {
  const dropped = verifier.log.filter((line) => /drop/iu.test(line))
  assert.deepEqual(dropped, [], 'op-node dropped data')
}

const skip = whyNoNetwork() ?? false
test(
  'op-node derives the chain of a devnet from the data of our batcher, in each form',
  { skip },
  async (t) => {
    const world = await withVerifier(t, 'op-geth', { forkOffsets })
    await deriveActivations(t, world)
    await world.devnet.world.stopBatcher()
    for (const form of forms) await deriveForm(t, world, form)
    assertNothingDropped(world)
  },
)

test(
  'op-node derives a devnet with the newest hardforks, on the embedded execution client',
  { skip },
  async (t) => {
    const world = await withVerifier(t, 'embedded', {})
    const last = await untilDerived(world, 2 * wantedBlocks)
    const channels = await world.posted.read()
    assertNothingDropped(world)
    t.diagnostic(`all hardforks up to Karst: ${last + 1} blocks equal, ${summaryOf(channels)}`)
  },
)
