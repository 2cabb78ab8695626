import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { encodeFunctionData, type Hex, pad } from 'viem'
import type { HDAccount } from 'viem/accounts'
import * as z from 'zod'
import { quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { systemClock } from '#runtime/clock.ts'
import { startBatcher } from '#devnet/batcher/start-batcher.ts'
import { systemConfig } from '#devnet/contracts/contracts.ts'
import { compareNodes } from '#devnet/live/run-live.ts'
import {
  batcherAccount,
  ownerAccount,
  privateKeyOf,
  signerAccount,
  userAccounts,
} from '#devnet/rollup/accounts.ts'
import { DevnetWorld } from './devnet-world.ts'
import { ownProcesses } from './own-processes.ts'

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

/** Number of transactions of an account that are in L1 blocks. */
async function postsOf({ world: { l1 } }: DevnetWorld, { address }: HDAccount): Promise<number> {
  const json = await l1.call('eth_getTransactionCount', [address, 'latest'])
  return Number(parseJson(quantityJson, json, 'nonce'))
}

test('after a change of the batcher, the data of the old one is ignored, and the new one goes on', async (t) => {
  const devnet = await DevnetWorld.start(t)
  const { clients, l1Url, nodes, rollup } = devnet.world
  const [sequencer = assert.fail()] = nodes
  await devnet.untilSafe(5)
  const batcherHash = pad(newAccount.address)
  const changed = await change(
    devnet,
    encodeFunctionData({ ...systemConfig, functionName: 'setBatcherHash', args: [batcherHash] }),
  )
  // Both nodes derive from the L1 blocks up to the change.
  await devnet.until('L1 grows', async () => (await l1HeadOf(devnet)) >= changed + 4)
  const [safe, posts] = [devnet.head('safe'), await postsOf(devnet, batcherAccount)]
  await devnet.until(
    'the old batcher posts blocks again that did not become safe',
    async () => (await postsOf(devnet, batcherAccount)) >= posts + 4,
  )
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
    form: { batches: 'span', compression: 'brotli', data: 'blobs' },
    l1Url,
    rollupUrl: sequencer.rollupUrl,
    executionUrl: sequencer.executionUrl,
    account: newAccount,
    clock: systemClock,
    report: () => undefined,
  })
  t.after(() => batcher.stop())
  await devnet.untilSafe(unsafe)
  assert.equal(await hashOf(unsafe), made, 'the sequencer made other blocks')
  t.diagnostic(
    `${ignored} transactions of the old batcher were ignored; blocks ${safe + 1} to ${unsafe} became safe by the new one`,
  )
})

test('after a change of the unsafe block signer, a block of the new one ends the blocks of the old one', async (t) => {
  // The services are processes, so that gossip can be killed, and reads the key again.
  const devnet = await DevnetWorld.start(t, { inMemory: false })
  const [sequencer = assert.fail(), follower = assert.fail()] = devnet.world.nodes
  const unsafeOf = ({ view }: typeof sequencer) => Number(view().chain?.unsafe.number ?? 0)
  const safeOf = ({ view }: typeof sequencer) => Number(view().chain?.safe.number ?? 0)
  const signWith = async (account: HDAccount) => {
    const key = Buffer.from(privateKeyOf(account)).toString('hex')
    await writeFile(join(devnet.folder, 'node-1', 'signer.hex'), key, { mode: 0o600 })
    const gossip = ownProcesses().find(({ name }) => name === 'node-1 gossip')
    process.kill(gossip?.pid ?? assert.fail('gossip does not run'), 'SIGKILL')
  }
  // Without batches, the follower gets blocks only by gossip.
  await devnet.untilSafe(3)
  await devnet.world.stopBatcher()
  const untilGossip = async (blocks: number) => {
    const from = unsafeOf(sequencer)
    await devnet.until('blocks arrive by gossip', () => unsafeOf(follower) >= from + blocks)
  }
  await untilGossip(3)
  const { address } = newAccount
  await change(
    devnet,
    encodeFunctionData({ ...systemConfig, functionName: 'setUnsafeBlockSigner', args: [address] }),
  )
  // The old signer is accepted until the new one signs a block.
  await untilGossip(5)
  await signWith(newAccount)
  await untilGossip(5)
  await signWith(signerAccount)
  // The last block of the new signer may still be on its way.
  const from = unsafeOf(sequencer)
  await devnet.until('blocks are made', () => unsafeOf(sequencer) >= from + 8)
  const stopped = unsafeOf(follower)
  const reached = unsafeOf(sequencer)
  await devnet.until('blocks are made', () => unsafeOf(sequencer) >= reached + 5)
  assert.equal(unsafeOf(follower), stopped, 'the follower took blocks of the old signer')
  assert.ok(safeOf(follower) < stopped)
  await signWith(newAccount)
  await untilGossip(5)
  const common = BigInt(Math.min(unsafeOf(sequencer), unsafeOf(follower)))
  const { firstDifference } = await compareNodes(devnet.world.clients, common)
  assert.equal(firstDifference, undefined)
  t.diagnostic(`the follower stopped at ${stopped}, and went on to ${common} with the new signer`)
})
