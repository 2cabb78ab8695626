import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMPT, verifyMPTWithMerkleProof } from '@ethereumjs/mpt'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  encodeFunctionData,
  http,
  parseAbi,
  parseEther,
  webSocket,
} from 'viem'
import { chainConfig, publicActionsL2 } from 'viem/op-stack'
import { fromHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeRlpList, rlpBytes } from '#protocol/codec/rlp.ts'
import { type Parent, parentOf } from '#test/fakes/engine-http.ts'
import { accounts, startWorld } from './execution-world.ts'

// Uses viem as a client. The code of viem checks the requests and the answers.

const { alice, bob } = accounts

const abi = parseAbi([
  'event Stored(uint256 indexed slot, uint256 value)',
  'function store(uint256 slot, uint256 value)',
  'error Odd(uint256 value)',
])

/**
 * Stores the second argument in the slot that the first argument names, and logs both. Reverts if the input begins with
 * 0xff.
 */
const runtime = [
  '60003560f81c60ff14604357', // CALLDATALOAD(0) >> 248 is 0xff: jump
  '60243560043555', // SSTORE(slot, value)
  '602435600052600435', // MSTORE(0, value); the slot is a topic
  '7f793333530bc27d845c36d8799afd0c1152c33d074b4419780fc2a82658267614', // Stored(uint256,uint256)
  '60206000a200', // LOG2(0, 32), STOP
  '5b366000600037366000fd', // CALLDATACOPY, REVERT
].join('')
const initCode = `0x604e600c600039604e6000f3${runtime}` as const

async function openUser(t: Parameters<typeof startWorld>[0]) {
  const world = await startWorld(t)
  const url = world.client.rpcUrl
  const chain = defineChain({
    ...chainConfig,
    id: 901,
    name: 'test',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
  const user = createPublicClient({ chain, transport: http(), pollingInterval: 20 }).extend(
    publicActionsL2(),
  )
  const wallet = createWalletClient({ chain, account: alice ?? assert.fail(), transport: http() })
  return { ...world, chain, user, wallet, url }
}

test('transfers of all types are accepted, mined and returned', async (t) => {
  const { user, wallet, mine } = await openUser(t)
  const value = parseEther('1')
  const to = bob.address
  // Twice the required price, which may rise if a block is built before the block of the transaction.
  const gasPrice = 2n * (await user.getGasPrice())
  const legacy = await wallet.sendTransaction({ to, value, type: 'legacy', gasPrice })
  const listed = await wallet.sendTransaction({
    to,
    value,
    type: 'eip2930',
    gasPrice,
    accessList: [{ address: to, storageKeys: [] }],
  })
  const dynamic = await wallet.sendTransaction({ to, value })
  const authorization = await wallet.signAuthorization({
    account: bob,
    contractAddress: alice.address,
    chainId: 901,
    nonce: 0,
  })
  const setCode = await wallet.sendTransaction({
    to: alice.address,
    value: 0n,
    authorizationList: [authorization],
  })
  assert.equal(await user.getTransactionCount({ address: alice.address, blockTag: 'pending' }), 4)
  assert.equal((await user.getTransaction({ hash: legacy })).blockNumber, null)
  const before = await user.getBalance({ address: to })
  await mine()
  assert.equal(await user.getBalance({ address: to }), before + 3n * value)
  let paid = 0n
  for (const [hash, type] of [
    [legacy, 'legacy'],
    [listed, 'eip2930'],
    [dynamic, 'eip1559'],
    [setCode, 'eip7702'],
  ] as const) {
    const receipt = await user.getTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    assert.equal(receipt.type, type)
    assert.equal((await user.getTransaction({ hash })).type, type)
    paid += receipt.gasUsed * receipt.effectiveGasPrice + (receipt.l1Fee ?? 0n)
  }
  const spent = parseEther('10000') - (await user.getBalance({ address: alice.address }))
  assert.equal(spent, 3n * value + paid)
  assert.equal(
    await user.getCode({ address: bob.address }),
    `0xef0100${alice.address.slice(2).toLowerCase()}`,
  )
  const block = await user.getBlock({ includeTransactions: true })
  assert.equal(
    block.transactions.length,
    5,
    'the L1 attributes and four transactions were expected',
  )
})

test('a contract is deployed and called, and its logs are found and watched', async (t) => {
  const { user, wallet, mine, chain, url } = await openUser(t)
  const estimate = await user.estimateGas({ account: alice, data: initCode })
  const hash = await wallet.deployContract({ abi, bytecode: initCode, gas: estimate })
  await mine()
  const { contractAddress, gasUsed } = await user.getTransactionReceipt({ hash })
  const address = contractAddress ?? assert.fail('no contract')
  assert.ok(gasUsed <= estimate && gasUsed * 102n > estimate * 100n, `${gasUsed} of ${estimate}`)
  assert.equal(await user.getCode({ address }), `0x${runtime}`)

  const socket = createPublicClient({ chain, transport: webSocket(url.replace('http', 'ws')) })
  const watched: unknown[] = []
  const stop = socket.watchContractEvent({
    abi,
    address,
    onLogs: (logs) => watched.push(...logs.map(({ args }) => args)),
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  const stored = await wallet.writeContract({
    abi,
    address,
    functionName: 'store',
    args: [7n, 42n],
  })
  await mine()
  assert.equal((await user.getTransactionReceipt({ hash: stored })).status, 'success')
  assert.equal(await user.getStorageAt({ address, slot: '0x7' }), `0x${'2a'.padStart(64, '0')}`)
  const logs = await user.getContractEvents({ abi, address, fromBlock: 0n, args: { slot: 7n } })
  assert.deepEqual(
    logs.map(({ args }) => args),
    [{ slot: 7n, value: 42n }],
  )
  assert.deepEqual(
    await user.getContractEvents({ abi, address, fromBlock: 0n, args: { slot: 8n } }),
    [],
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.deepEqual(watched, [{ slot: 7n, value: 42n }])
  stop()
  await socket.transport.getRpcClient().then((client) => client.close())

  const reverted = user.call({ account: alice, to: address, data: `0xff${'00'.repeat(31)}` })
  await assert.rejects(reverted, /reverted/)
  const data = encodeFunctionData({ abi, functionName: 'store', args: [1n, 1n] })
  const { accessList } = await user.createAccessList({ account: alice, to: address, data })
  assert.deepEqual(
    accessList.map((entry) => entry.storageKeys.length),
    [1],
  )
})

test('a proof is valid for the state root of its block', async (t) => {
  const { user, wallet, mine } = await openUser(t)
  const hash = await wallet.deployContract({ abi, bytecode: initCode })
  await mine()
  const address = (await user.getTransactionReceipt({ hash })).contractAddress ?? assert.fail()
  await wallet.writeContract({
    abi,
    address,
    functionName: 'store',
    args: [7n, 42n],
    gas: 100_000n,
  })
  await mine()
  const { stateRoot } = await user.getBlock()
  const slot = `0x${'7'.padStart(64, '0')}` as const
  const absent = `0x${'8'.padStart(64, '0')}` as const
  const proof = await user.getProof({ address, storageKeys: [slot, absent] })
  const verify = async (root: `0x${string}`, key: Uint8Array, nodes: readonly `0x${string}`[]) => {
    const bytes = fromHex(root)
    return verifyMPTWithMerkleProof(
      await createMPT({ root: bytes }),
      bytes,
      key,
      nodes.map(fromHex),
    )
  }
  const account = await verify(stateRoot, keccak256(fromHex(address)), proof.accountProof)
  const storageRoot = rlpBytes(decodeRlpList(account ?? assert.fail('no account'))[2])
  assert.deepEqual(storageRoot, fromHex(proof.storageHash))
  const [found, missing] = proof.storageProof
  const value = await verify(proof.storageHash, keccak256(fromHex(slot)), found?.proof ?? [])
  assert.deepEqual(value, Uint8Array.of(42))
  assert.equal(found?.value, 42n)
  assert.equal(
    await verify(proof.storageHash, keccak256(fromHex(absent)), missing?.proof ?? []),
    null,
  )
  const nobody = `0x${'99'.repeat(20)}` as const
  const none = await user.getProof({ address: nobody, storageKeys: [] })
  assert.equal(await verify(stateRoot, keccak256(fromHex(nobody)), none.accountProof), null)
})

test('a subscription continues through a reorg', async (t) => {
  const { user, wallet, driver, chain, url, client } = await openUser(t)
  const socket = createPublicClient({ chain, transport: webSocket(url.replace('http', 'ws')) })
  const seen: (string | null)[] = []
  const stop = socket.watchBlocks({ onBlock: ({ hash }) => seen.push(hash) })
  await new Promise((resolve) => setTimeout(resolve, 100))
  const genesis = await driver.head()
  const build = async (parent: Parent, { noTxPool }: { noTxPool: boolean }) => {
    const id = await driver.start(parent, { noTxPool })
    await new Promise((resolve) => setTimeout(resolve, 150))
    return parentOf(await driver.finish(id))
  }
  const hash = await wallet.sendTransaction({ to: bob.address, value: 1n })
  const a1 = await build(genesis, { noTxPool: false })
  assert.equal((await user.getTransactionReceipt({ hash })).blockHash, a1.hash)
  const b1 = await build(genesis, { noTxPool: true })
  assert.equal((await user.getBlock()).hash, b1.hash)
  await assert.rejects(user.getTransactionReceipt({ hash }), /could not be found/)
  assert.equal(client.pool.status().pending, 1, 'the transaction is not pending again')
  const b2 = await build(b1, { noTxPool: false })
  assert.equal((await user.getTransactionReceipt({ hash })).blockHash, b2.hash)
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.deepEqual(seen, [a1.hash, b1.hash, b2.hash])
  stop()
  await socket.transport.getRpcClient().then((rpc) => rpc.close())
})

test('fees are returned as wallets request them', async (t) => {
  const { user, wallet, mine } = await openUser(t)
  for (let at = 0; at < 3; at++) {
    await wallet.sendTransaction({ to: bob.address, value: 1n, maxPriorityFeePerGas: 5_000_000n })
    await mine()
  }
  const history = await user.getFeeHistory({ blockCount: 3, rewardPercentiles: [50] })
  assert.equal(history.baseFeePerGas.length, 4)
  assert.deepEqual(history.reward, [[5_000_000n], [5_000_000n], [5_000_000n]])
  const { maxFeePerGas, maxPriorityFeePerGas } = await user.estimateFeesPerGas()
  assert.ok(maxFeePerGas > maxPriorityFeePerGas)
  // The L1 base fee and its scalar are 1 on this chain, so the L1 fee is rounded to 0.
  assert.equal(await user.estimateL1Fee({ account: alice, to: bob.address }), 0n)
})
