import assert from 'node:assert/strict'
import { hashesOf } from './head-record.ts'
import { blockOf, clientOf, type Network } from './network.ts'
import { resultOf } from './rpc-clients.ts'
import { type BlockTimes, type Sequencer, startSequencer } from './sequencers.ts'
import { until } from './until.ts'
import { blockSeconds, type Started } from './with-network.ts'

/** Starts Atoll in the place of op-node a. @returns the node, and the head on which it builds its first block */
export async function takeOver({ closing, folder, network }: Started, flags = {}) {
  const { a, b } = network.file.nodes
  await network.control('node-a', 'stop')
  const geth = clientOf(a.executionUrl)
  const head = (await blockOf(geth, 'latest')) ?? assert.fail('no head')
  await geth.close()
  const ours = await startSequencer(network.file, {
    folder,
    name: 'a',
    place: a,
    peers: [b.multiaddr],
    flags,
  })
  closing(() => ours.stop())
  return { ours, head }
}

/** Waits until an execution client has a block. */
export async function untilBlock(url: string, number: number, ours: Sequencer): Promise<void> {
  const client = clientOf(url)
  const withinMs = (number + 60) * 1_000
  const explain = () => ours.explain()
  try {
    await until(`block ${number} is at ${url}`, { withinMs, everyMs: 100, explain }, async () => {
      const head = await blockOf(client, 'latest')
      return (head?.number ?? 0) >= number
    })
  } finally {
    await client.close()
  }
}

/** Asserts that two execution clients have the same blocks up to a number, one for each block time. */
export async function assertOneChain(network: Network, to: number): Promise<void> {
  const { a, b } = network.file.nodes
  const [left, right] = [clientOf(a.executionUrl), clientOf(b.executionUrl)]
  try {
    assert.deepEqual(await hashesOf(left, to), await hashesOf(right, to))
    const first = await blockOf(left, '0x0')
    const last = await blockOf(left, `0x${to.toString(16)}`)
    assert.equal((last?.timestamp ?? 0) - (first?.timestamp ?? 0), to * blockSeconds)
  } finally {
    await Promise.all([left.close(), right.close()])
  }
}

/** Number of transactions that are not deposits. */
export async function transactionsIn(url: string, from: number, to: number): Promise<number> {
  let count = 0
  for (let number = from; number <= to; number++) {
    const block = await resultOf<{ readonly transactions: readonly { readonly type: string }[] }>(
      url,
      'eth_getBlockByNumber',
      [`0x${number.toString(16)}`, true],
    )
    count += block.transactions.filter(({ type }) => type !== '0x7e').length
  }
  return count
}

/** Waits until new blocks appear on time in op-geth b. */
export async function untilOnTime(times: BlockTimes, ours: Sequencer): Promise<void> {
  const after = times.newest
  const explain = () => ours.explain()
  await until(
    `blocks after ${after} are on time`,
    { withinMs: 90_000, everyMs: 100, explain },
    async () =>
      times.newest >= after + 5 &&
      [0, 1, 2].every((back) => (times.delays.get(times.newest - back) ?? Infinity) < 1_000),
  )
}
