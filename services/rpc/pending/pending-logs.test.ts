import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyOverlay } from '#protocol/flashblock/overlay.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { hash } from '#test/fakes/values.ts'
import { pendingLogs } from './pending-logs.ts'
import { noPending, type Prefix } from './pending-state.ts'

type Filter = Readonly<Record<string, unknown>>

/** A log by block number and index, with the answer in which it was. */
const log = (block: number, index: number, from: string) => ({
  blockNumber: `0x${block.toString(16)}`,
  logIndex: `0x${index.toString(16)}`,
  from,
})

const prefixOf = (number: number): Prefix => {
  return { number: BigInt(number), index: 0, hash: hash(number), transactions: [] }
}

/**
 * Asks for the logs of a filter. The canonical head is block 8; blocks 9 and 10 are pending unless `pending` names other
 * blocks. Meanwhile block 9 has become canonical in the execution client. Each block has two logs.
 */
async function logsOf(filter: unknown, { pending = [9, 10], lost = [] as readonly number[] } = {}) {
  const asked: unknown[] = []
  const call = async (_method: string, [first]: readonly unknown[]) => {
    asked.push(first)
    const { blockHash, fromBlock } = first as Filter
    if (blockHash === undefined)
      return (fromBlock === '0x8' ? [8, 9] : [9]).flatMap((number) => [
        log(number, 0, 'canonical'),
        log(number, 1, 'canonical'),
      ])
    const number = Number(blockHash)
    if (lost.includes(number)) throw new JsonRpcError(-32_000, 'unknown block')
    return [log(number, 0, 'prefix'), log(number, 1, 'prefix')]
  }
  const overlay = emptyOverlay({ number: 8n, hash: hash(8), transactions: [] })
  const view = { prefixes: () => pending.map(prefixOf), state: { ...noPending, overlay } }
  const logs = (await pendingLogs([filter], { execution: { call }, view })) as ReturnType<
    typeof log
  >[]
  const places = logs.map(({ blockNumber, from, logIndex }) =>
    [Number(blockNumber), Number(logIndex), from].join(' '),
  )
  return { asked, places }
}

test('logs up to pending: those of the canonical chain and of the prefixes, each log once', async () => {
  const { asked, places } = await logsOf({ fromBlock: '0x8', toBlock: 'pending', topics: [null] })
  assert.deepEqual(places, [
    '8 0 canonical',
    '8 1 canonical',
    '9 0 canonical',
    '9 1 canonical',
    '10 0 prefix',
    '10 1 prefix',
  ])
  assert.deepEqual(asked, [
    { fromBlock: '0x8', toBlock: 'latest', topics: [null] },
    { blockHash: hash(9), topics: [null] },
    { blockHash: hash(10), topics: [null] },
  ])
})

test('logs from a pending block on: only those of the prefixes', async () => {
  assert.deepEqual((await logsOf({ fromBlock: 'pending', toBlock: 'pending' })).places, [
    '10 0 prefix',
    '10 1 prefix',
  ])
  assert.equal((await logsOf({ fromBlock: '0x9', toBlock: 'pending' })).places.length, 4)
  assert.deepEqual((await logsOf({ fromBlock: '0xb', toBlock: 'pending' })).places, [])
})

test('if nothing is pending, the logs up to the latest block', async () => {
  const none = { pending: [] }
  const latest = { fromBlock: 'latest', toBlock: 'latest' }
  assert.deepEqual((await logsOf({ fromBlock: 'pending', toBlock: 'pending' }, none)).asked, [
    latest,
  ])
  const { asked } = await logsOf({ fromBlock: '0x8', toBlock: 'pending' }, none)
  assert.deepEqual(asked, [{ fromBlock: '0x8', toBlock: 'latest' }])
})

test('a prefix that the execution client has lost has no logs', async () => {
  const { places } = await logsOf({ fromBlock: '0x9', toBlock: 'pending' }, { lost: [10] })
  assert.deepEqual(places, ['9 0 prefix', '9 1 prefix'])
})

test('other filters are passed on as they are', async () => {
  for (const filter of [
    { fromBlock: '0x8', toBlock: 'latest' },
    { fromBlock: '0x8' },
    { blockHash: hash(9) },
    { blockHash: hash(9), toBlock: 'pending' },
    {},
    { toBlock: 7 },
  ])
    assert.deepEqual((await logsOf(filter)).asked, [filter])
})

test('a range from pending to an earlier block is refused', async () => {
  for (const toBlock of ['latest', '0x9', undefined])
    await assert.rejects(
      logsOf({ fromBlock: 'pending', toBlock }),
      (error) => error instanceof JsonRpcError && error.code === -32_602,
    )
})
