import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { encodeFunctionData, type Hex, pad } from 'viem'
import type { HDAccount } from 'viem/accounts'
import * as z from 'zod'
import { payloadVersionAt } from '#protocol/p2p/payload-version.ts'
import { blocksTopicAt, blocksTopics } from '#protocol/p2p/topics.ts'
import { quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseL2Block } from '#json-rpc/forms/l2-block-json.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { systemClock } from '#runtime/clock.ts'
import { startBatcher } from '#devnet/batcher/start-batcher.ts'
import { systemConfig } from '#devnet/contracts/contracts.ts'
import { nodePortsOf } from '#devnet/live/ports.ts'
import {
  batcherAccount,
  ownerAccount,
  privateKeyOf,
  signerAccount,
  userAccounts,
} from '#devnet/rollup/accounts.ts'
import { blockData } from '#test/fakes/gossip-world.ts'
import { rawGossipPeer } from '#test/fakes/raw-gossip-peer.ts'
import { DevnetWorld, portBase } from './devnet-world.ts'

const [, , , , newAccount = assert.fail()] = userAccounts

/** Changes the system config. anvil signs for its owner. @returns the number of the L1 block with the change */
async function change({ world: { l1, rollup } }: DevnetWorld, data: Hex): Promise<number> {
  const transaction = { from: ownerAccount.address, to: rollup.systemConfig, data }
  const hash = await l1.call('eth_sendTransaction', [transaction])
  for (;;) {
    const json = await l1.call('eth_getTransactionReceipt', [hash])
    if (json !== null) {
      const receipt = z.looseObject({ blockNumber: quantityJson, status: z.literal('0x1') })
      return Number(parseJson(receipt, json, 'receipt').blockNumber)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function l1HeadOf({ world: { l1 } }: DevnetWorld): Promise<number> {
  return Number(parseJson(quantityJson, await l1.call('eth_blockNumber', []), 'block number'))
}

/** Waits until all nodes have derived from an L1 block. */
async function untilDerived(devnet: DevnetWorld, l1Block: number): Promise<void> {
  await devnet.until(`L1 block ${l1Block} is derived`, () =>
    devnet.world.nodes.every(({ view }) => (view().targets?.currentL1?.number ?? 0n) > l1Block),
  )
}

/** Number of transactions of an account that are in L1 blocks. */
async function postsOf({ world: { l1 } }: DevnetWorld, { address }: HDAccount): Promise<number> {
  const json = await l1.call('eth_getTransactionCount', [address, 'latest'])
  return Number(parseJson(quantityJson, json, 'nonce'))
}

/** Waits until the safe heads of all nodes are the same for three L1 blocks. */
async function untilSafeStands(devnet: DevnetWorld): Promise<void> {
  let [safe, since] = [-1, 0]
  await devnet.until('the safe head stands', async () => {
    const heads = devnet.world.nodes.map(({ view }) => Number(view().chain?.safe.number))
    const l1Head = await l1HeadOf(devnet)
    if (heads.some((head) => head !== safe)) [safe, since] = [heads[0] ?? -1, l1Head]
    return l1Head >= since + 3
  })
}

test('after a change of the batcher, the data of the old one is ignored, and the new one goes on', async (t) => {
  const form = { batches: 'span', compression: 'zlib', data: 'calldata' } as const
  const devnet = await DevnetWorld.start(t, { form })
  const { clients, l1Url, nodes, rollup } = devnet.world
  const [sequencer = assert.fail()] = nodes
  await devnet.untilSafe(5)
  const batcherHash = pad(newAccount.address)
  const changed = await change(
    devnet,
    encodeFunctionData({ ...systemConfig, functionName: 'setBatcherHash', args: [batcherHash] }),
  )
  // What the old batcher posted before the change becomes safe.
  await untilDerived(devnet, changed + 2)
  await untilSafeStands(devnet)
  const [safe, posts] = [devnet.head('safe'), await postsOf(devnet, batcherAccount)]
  await devnet.until(
    'the old batcher posts four more times',
    async () => (await postsOf(devnet, batcherAccount)) >= posts + 4,
  )
  await untilDerived(devnet, await l1HeadOf(devnet))
  for (const { view } of nodes) assert.equal(Number(view().chain?.safe.number), safe)
  const ignored = (await postsOf(devnet, batcherAccount)) - posts
  await devnet.world.stopBatcher()
  const unsafe = devnet.head('unsafe')
  const hashOf = async (number: number) => {
    const block = await clients[0]?.call('eth_getBlockByNumber', [toQuantity(number), false])
    return z.looseObject({ hash: z.string() }).parse(block).hash
  }
  const made = await hashOf(unsafe)
  const batcher = startBatcher({
    config: rollup.config,
    form,
    l1Url,
    rollupUrl: sequencer.rollupUrl,
    executionUrl: sequencer.executionUrl,
    account: newAccount,
    clock: systemClock,
    report: () => undefined,
  })
  devnet.beforeEnd(() => batcher.stop())
  await devnet.untilSafe(unsafe)
  assert.equal(await hashOf(unsafe), made, 'the sequencer made other blocks')
  t.diagnostic(
    `${ignored} transactions of the old batcher were ignored; blocks ${safe + 1} to ${unsafe} became safe by the new one`,
  )
})

test('after a change of the unsafe block signer, its first block ends the acceptance of the old one', async (t) => {
  // The services are processes, so that gossip can be killed, and then reads its key again.
  const devnet = await DevnetWorld.start(t, { inMemory: false })
  const { clients, nodes, rollup } = devnet.world
  const [sequencer, follower] = nodes.map(({ view }) => {
    return { unsafe: () => Number(view().chain?.unsafe.number ?? 0) }
  })
  assert.ok(sequencer !== undefined && follower !== undefined)
  await devnet.untilSafe(3)
  // From now on, the follower gets blocks only by gossip.
  await devnet.world.stopBatcher()
  const { address } = newAccount
  await change(
    devnet,
    encodeFunctionData({ ...systemConfig, functionName: 'setUnsafeBlockSigner', args: [address] }),
  )
  const { p2p } = nodePortsOf(portBase, 2)
  const peer = await rawGossipPeer(
    t,
    [`/ip4/127.0.0.1/tcp/${p2p}`],
    [...blocksTopics(rollup.config.l2ChainId).keys()],
  )
  /** Sends the block after the follower's unsafe head, with the signature of an account. @returns its number */
  const sendNext = async (account: HDAccount): Promise<number> => {
    const next = follower.unsafe() + 1
    const json = await clients[0]?.call('eth_getBlockByNumber', [toQuantity(next), true])
    const { block } = parseL2Block(json, rollup.config)
    const version = payloadVersionAt(rollup.config, block.timestamp)
    const data = blockData(version, block, {
      chainId: rollup.config.l2ChainId,
      key: privateKeyOf(account),
    })
    peer.send({ messages: [{ topic: blocksTopicAt(rollup.config, block.timestamp), data }] })
    return next
  }
  // A node does not publish blocks when its key is not the signer of the chain.
  await devnet.until('the follower is behind', () => sequencer.unsafe() >= follower.unsafe() + 5)
  for (const account of [signerAccount, newAccount]) {
    const next = await sendNext(account)
    await devnet.until('the follower took the block', () => follower.unsafe() === next)
  }
  const late = await sendNext(signerAccount)
  const reached = sequencer.unsafe()
  await devnet.until('blocks are made', () => sequencer.unsafe() >= reached + 5)
  assert.equal(follower.unsafe(), late - 1, 'the follower took a block of the old signer')

  const key = Buffer.from(privateKeyOf(newAccount)).toString('hex')
  await writeFile(join(devnet.world.folder, 'node-1', 'signer.hex'), key, { mode: 0o600 })
  const gossip = devnet.world.processes().get('node-1 gossip')
  process.kill(gossip ?? assert.fail('gossip does not run'), 'SIGKILL')
  const from = sequencer.unsafe()
  await devnet.until('blocks arrive by gossip again', () => follower.unsafe() >= from + 5)
  devnet.world.startBatcher()
  await devnet.untilSafe(from)
  t.diagnostic(
    `block ${late} of the old signer was dropped; ${from - late + 1} later blocks came from the new one`,
  )
})
