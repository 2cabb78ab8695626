import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { requireFile } from '#records/folder/read-lines.ts'
import { replayMethods } from '#records/replay/replay-methods.ts'
import { readReplayedChain } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { serveFaultyNode } from '#test/fakes/faulty-l1.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { L1Endpoint } from './l1-endpoint.ts'

const folder = join(recordsFolder, 'fork-canyon')
const chain = await readReplayedChain(requireFile(folder, 'l1.ndjson'), (json) => json)

test('if a server is replaced by a server of another chain, this is detected when the new head is below the last head', async (t) => {
  let chainId = '0x384'
  const served = await serveFaultyNode(t, {
    ...replayMethods(chain, 900n),
    eth_chainId: () => chainId,
  })
  const clock = systemClock
  const endpoints = [{ url: served.url }]
  const rpc = new JsonRpcClient({ endpoints, rounds: 1, timeoutMs: 5_000, clock })
  t.after(() => rpc.close())
  const endpoint = new L1Endpoint({ rpc, name: 'node', chainId: 900n })
  const readHead = async () => (await endpoint.fetchLabels(['latest']))[0]?.ref.number
  const chainIdCalls = () => served.calls.filter(({ method }) => method === 'eth_chainId').length
  chain.moveHead(5n)
  assert.equal(await readHead(), 5n)
  chain.moveHead(9n)
  assert.equal(await readHead(), 9n)
  assert.equal(chainIdCalls(), 1)

  chainId = '0x5'
  chain.moveHead(8n)
  const wrongChain = { code: 'l1-wrong-chain', message: /node: it has chain id 5, .* 900/ }
  await assert.rejects(readHead(), wrongChain)
  await assert.rejects(endpoint.fetchHeader(3n), wrongChain)

  chainId = '0x384'
  assert.equal(await readHead(), 8n)
  assert.equal((await endpoint.fetchHeader(3n))?.ref.number, 3n)
  // The chain id is queried five times: at the start; twice while the server has the wrong chain id; before head 8 is
  // read; and again because head 8 is below head 9.
  assert.equal(chainIdCalls(), 5)
})
