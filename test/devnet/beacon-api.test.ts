import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { hashJson, quantityJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { systemClock } from '#runtime/clock.ts'
import { encodeBlob } from '#devnet/batcher/encode/blob.ts'
import { L1Inbox } from '#devnet/batcher/l1-inbox.ts'
import { l1ChainId, startAnvil } from '#devnet/l1/anvil.ts'
import { serveBeaconApi } from '#devnet/l1/beacon-api.ts'
import { batcherAccount } from '#devnet/rollup/accounts.ts'

const blockJson = z.looseObject({
  timestamp: quantityJson,
  transactions: z.array(z.looseObject({ blobVersionedHashes: z.array(hashJson) })),
})
const blobsJson = z.looseObject({ data: z.array(z.string()) })
const [host, inbox] = ['127.0.0.1', '0xff00000000000000000000000000000000000901' as Address]

test('the beacon API serves all blobs of a slot, or those that are requested', async (t) => {
  const timestamp = Math.floor(systemClock.now() / 1_000)
  // The test makes the block with both transactions before the block time has passed.
  const anvil = await startAnvil({
    blockSeconds: 600,
    safeDistance: 4,
    host,
    port: 0,
    portFlag: '--port-base',
    timestamp,
  })
  t.after(() => anvil.stop())
  const endpoints = [{ url: anvil.url }]
  const l1 = new JsonRpcClient({ endpoints, timeoutMs: 20_000, rounds: 1, clock: systemClock })
  t.after(() => l1.close())
  const beacon = await serveBeaconApi({ l1, anvilUrl: anvil.url, host, port: 0 })
  t.after(() => beacon.close())
  const batcher = new L1Inbox({ client: l1, chainId: l1ChainId, account: batcherAccount, inbox })
  const blobs = [1, 2, 3].map((byte) => encodeBlob(Uint8Array.of(byte)))
  await batcher.send({ kind: 'blobs', blobs: blobs.slice(0, 2) })
  await batcher.send({ kind: 'blobs', blobs: blobs.slice(2) })
  await l1.call('evm_mine', [])
  const json = await l1.call('eth_getBlockByNumber', ['latest', true])
  const block = parseJson(blockJson, json, 'block')
  const hashes = block.transactions.flatMap((each) => each.blobVersionedHashes)
  assert.equal(hashes.length, 3)

  const slot = block.timestamp - BigInt(timestamp)
  const requested = async (places: readonly number[]) => {
    const query = places.map((at) => `versioned_hashes=${hashes[at]}`).join('&')
    const response = await fetch(`${beacon.url}/eth/v1/beacon/blobs/${slot}?${query}`)
    const { data } = parseJson(blobsJson, await response.json(), 'blobs')
    return data.map((blob) => blobs.findIndex((each) => toHex(each) === toHex(fromHex(blob))))
  }
  assert.deepEqual(await requested([]), [0, 1, 2])
  assert.deepEqual(await requested([1]), [1])
  assert.deepEqual(await requested([0, 2]), [0, 2])
  const missing = await fetch(`${beacon.url}/eth/v1/beacon/blobs/${slot + 1n}`)
  assert.equal(missing.status, 404)
})
