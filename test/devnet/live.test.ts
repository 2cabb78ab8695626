import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPublicClient, createWalletClient, defineChain, encodeFunctionData, http } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { getL2TransactionHashes } from 'viem/op-stack'
import * as z from 'zod'
import { hashJson, quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { portal, systemConfig } from '#devnet/contracts/contracts.ts'
import { l1ChainId } from '#devnet/l1/anvil.ts'
import { ownerAccount, userAccounts } from '#devnet/rollup/accounts.ts'
import { l2ChainId } from '#devnet/rollup/create-rollup.ts'
import { DevnetWorld } from './devnet-world.ts'

const nativeCurrency = { name: 'Ether', symbol: 'ETH', decimals: 18 }
const [, , , , user = assert.fail()] = userAccounts

/** Clients of viem for a chain, with an account. */
function viemOf(url: string, id: number, account: HDAccount) {
  const rpcUrls = { default: { http: [url] } }
  const chain = defineChain({ id, name: `chain ${id}`, nativeCurrency, rpcUrls })
  const common = { chain, transport: http(), pollingInterval: 100 }
  return {
    wallet: createWalletClient({ ...common, account }),
    reader: createPublicClient(common),
  }
}

test('a transaction that is sent through viem is in a block within two block times, and is safe later', async (t) => {
  const devnet = await DevnetWorld.start(t)
  const [sequencer, follower] = devnet.world.nodes
  const l2 = viemOf(sequencer?.executionUrl ?? '', l2ChainId, user)
  await devnet.until('blocks are made', () => devnet.head('unsafe') > 3)
  const before = await l2.reader.getBlockNumber()
  const hash = await l2.wallet.sendTransaction({ to: user.address, value: 1n })
  const { blockNumber, status } = await l2.reader.waitForTransactionReceipt({ hash })
  assert.equal(status, 'success')
  assert.ok(blockNumber <= before + 2n, `block ${blockNumber}, sent at ${before}`)
  await devnet.untilSafe(Number(blockNumber))
  const others = viemOf(follower?.executionUrl ?? '', l2ChainId, user)
  const receipt = await others.reader.getTransactionReceipt({ hash })
  assert.equal(receipt.blockNumber, blockNumber)
  t.diagnostic(`sent at block ${before}, in block ${blockNumber}`)
})

test('deposits mint and transfer; a deposit that fails is in a block and mints', async (t) => {
  const devnet = await DevnetWorld.start(t)
  const { l1Url, nodes, rollup } = devnet.world
  const l1 = viemOf(l1Url, l1ChainId, user)
  const l2 = viemOf(nodes[1]?.executionUrl ?? '', l2ChainId, user)
  const deposit = async (value: bigint) => {
    const sent = await l1.wallet.writeContract({
      abi: portal.abi,
      address: rollup.portal,
      functionName: 'depositTransaction',
      args: ['0x00000000000000000000000000000000000000d0', value, 100_000n, false, '0x'],
      value: 5n,
    })
    const { logs } = await l1.reader.waitForTransactionReceipt({ hash: sent })
    const [hash = assert.fail('no deposit')] = getL2TransactionHashes({ logs })
    await devnet.until('the deposit is on L2', () =>
      l2.reader.getTransactionReceipt({ hash }).then(
        () => true,
        (error: unknown) => !(error instanceof Error),
      ),
    )
    return l2.reader.getTransactionReceipt({ hash })
  }
  const good = await deposit(5n)
  assert.equal(good.status, 'success')
  const address = '0x00000000000000000000000000000000000000d0'
  assert.equal(await l2.reader.getBalance({ address }), 5n)
  const balance = await l2.reader.getBalance({ address: user.address })
  const bad = await deposit(10n ** 30n)
  assert.equal(bad.status, 'reverted')
  assert.equal(await l2.reader.getBalance({ address: user.address }), balance + 5n)
  await devnet.untilSafe(Number(bad.blockNumber))
})

test('each change of the system config gets into the blocks of all nodes', async (t) => {
  const devnet = await DevnetWorld.start(t)
  const { l1Url, nodes, rollup } = devnet.world
  const l1 = viemOf(l1Url, l1ChainId, ownerAccount)
  const change = async (
    ...[functionName, args]:
      | readonly ['setGasLimit' | 'setMinBaseFee', readonly [bigint]]
      | readonly ['setEip1559Params' | 'setFeeScalars', readonly [number, number]]
      | readonly ['setOperatorFee', readonly [number, bigint]]
      | readonly ['setDaFootprintGasScalar', readonly [number]]
  ) => {
    const data = encodeFunctionData({ abi: systemConfig.abi, functionName, args })
    const hash = await l1.wallet.sendTransaction({ to: rollup.systemConfig, data })
    await l1.reader.waitForTransactionReceipt({ hash })
  }
  await change('setGasLimit', [40_000_000n])
  await change('setEip1559Params', [100, 4])
  await change('setFeeScalars', [2_000, 900_000])
  await change('setOperatorFee', [7, 9n])
  await change('setMinBaseFee', [1_234n])
  await change('setDaFootprintGasScalar', [300])
  const l2 = viemOf(nodes[1]?.executionUrl ?? '', l2ChainId, user)
  await devnet.until('the changes are on L2', async () => {
    const { extraData, gasLimit } = await l2.reader.getBlock()
    // Version 1, denominator, elasticity and minimum base fee.
    return gasLimit === 40_000_000n && extraData === '0x01000000640000000400000000000004d2'
  })
  const from = devnet.head('unsafe')
  await devnet.untilSafe(from + 3)
})

test('after L1 reorgs all nodes follow, and blocks are posted again', async (t) => {
  const devnet = await DevnetWorld.start(t)
  const { l1 } = devnet.world
  await devnet.untilSafe(10)
  for (const depth of [1, 3, 6]) {
    const from = devnet.head('unsafe')
    const head = parseJson(quantityJson, await l1.call('eth_blockNumber', []), 'number')
    const hashOf = async () => {
      const block = await l1.call('eth_getBlockByNumber', [toQuantity(head), false])
      return parseJson(z.looseObject({ hash: hashJson }).nullable(), block, 'block')?.hash
    }
    const replaced = await hashOf()
    await l1.call('anvil_reorg', [depth, []])
    await devnet.untilSafe(from + 10, 120_000)
    assert.ok(replaced !== undefined && (await hashOf()) !== replaced, `depth ${depth}`)
  }
})
