import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toHex } from '#protocol/codec/hex.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import { attributesOn, createStore, openChain } from '#test/fakes/execution-chain.ts'
import {
  type Built,
  EngineClient,
  type Envelope,
  noBlock,
  resealed,
} from '#test/fakes/engine-client.ts'

/** A valid payload. */
async function goodPayload(client: EngineClient): Promise<Envelope> {
  const on = attributesOn(client.chain.head, [])
  const attributes = {
    ...on,
    timestamp: toQuantity(on.timestamp),
    gasLimit: toQuantity(on.gasLimit),
    minBaseFee: 0,
    transactions: [toHex(createStore(1))],
  }
  const update = {
    headBlockHash: client.chain.head.hash,
    safeBlockHash: noBlock,
    finalizedBlockHash: noBlock,
  }
  const { payloadId } = await client.call<Built>('forkchoiceUpdatedV3', update, attributes)
  return client.call<Envelope>('getPayloadV5', payloadId)
}

const runs = Number(process.env['ATOLL_FUZZ_PAYLOADS'] ?? 100_000)

test(`${runs} arbitrary payloads are answered and do not change the head`, async () => {
  const client = new EngineClient(openChain())
  const { executionPayload, parentBeaconBlockRoot } = await goodPayload(client)
  const names = Object.keys(executionPayload)
  const anything = fc.oneof(
    fc.constantFrom(null, undefined, '0x', '0x0', true, [], {}, noBlock, '0xffffffffffffffff'),
    fc.uint8Array({ maxLength: 300 }).map(toHex),
    fc.array(fc.uint8Array({ maxLength: 200 }).map(toHex), { maxLength: 3 }),
    fc.bigInt({ min: 0n, max: 2n ** 256n }).map(toQuantity),
    fc.jsonValue(),
  )
  const change = fc.dictionary(fc.constantFrom(...names), anything, { maxKeys: 4 })
  const head = client.chain.head.hash
  await fc.assert(
    fc.asyncProperty(change, fc.boolean(), async (changes, isSealed) => {
      try {
        const changed = { ...executionPayload, ...changes } as Envelope['executionPayload']
        const envelope: Envelope = {
          executionPayload: changed,
          parentBeaconBlockRoot: parentBeaconBlockRoot ?? noBlock,
        }
        const sent = isSealed ? seal(envelope) : envelope
        const status = await client.call<{ status: string }>(
          'newPayloadV4',
          sent.executionPayload,
          [],
          parentBeaconBlockRoot,
          [],
        )
        assert.ok(['VALID', 'INVALID', 'SYNCING'].includes(status.status))
      } catch (error) {
        assert.ok(error instanceof JsonRpcError, String(error))
      }
    }),
    { numRuns: runs },
  )
  assert.equal(client.chain.head.hash, head)
})

/** Sets the correct block hash, if the payload can be hashed. */
function seal(envelope: Envelope): Envelope {
  try {
    return resealed(envelope, {})
    // eslint-disable-next-line atoll/use-caught-error -- arbitrary payloads fail with any error
  } catch (error) {
    if (error instanceof Error) return envelope
    throw error
  }
}
