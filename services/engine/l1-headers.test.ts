import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { Fault, isFault } from '#runtime/fault.ts'
import { type JsonRpcAnswer, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcCall } from '#json-rpc/json-rpc-client.ts'
import { readLines, requireFile } from '#records/folder/read-lines.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'
import { L1Headers } from './l1-headers.ts'

const name = 'fork-karst'
const folder = fileURLToPath(new URL(`../../test/vectors/records/${name}`, import.meta.url))
const lines = await Array.fromAsync(readLines(requireFile(folder, 'l1.ndjson')))
const blocks = lines.map(({ json }) => (json as { block: Record<string, unknown> }).block)
const { l1 } = await readRecord(name)

function headersFrom(answer: (number: bigint) => JsonRpcAnswer): L1Headers {
  const batch = async (calls: readonly JsonRpcCall[]) =>
    calls.map(({ params: [number = 0] }) => answer(BigInt(String(number))))
  return new L1Headers({ batch }, new AbortController().signal)
}

function told(number: bigint): JsonRpcAnswer {
  return { result: blocks[Number(number)] ?? null }
}

test('headers come from a number downwards, without those that are not there yet', async () => {
  const last = l1.length - 1
  const found = await headersFrom(told).blocksDown({ number: BigInt(last + 2), count: 4 })
  const wanted = [l1[last], l1[last - 1]].map(
    (block) =>
      block && {
        hash: block.hash,
        number: block.number,
        parentHash: block.parentHash,
        timestamp: block.timestamp,
      },
  )
  assert.deepEqual(found, wanted)
  assert.equal((await headersFrom(told).blocksDown({ number: 1n, count: 64 })).length, 2)
})

test('L1 tells its chain id', async () => {
  const idFrom = (result: unknown) => headersFrom(() => ({ result })).chainId()
  assert.equal(await idFrom('0x384'), 900n)
  await assert.rejects(idFrom(900), (error) => isFault(error, 'l1-untrue'))
})

for (const [what, answer, code] of [
  [
    'a header with a changed field',
    (number: bigint) => ({ result: { ...blocks[Number(number)], gasUsed: '0x1' } }),
    'l1-untrue',
  ],
  ['another block', () => told(3n), 'l1-untrue'],
  ['nonsense', () => ({ result: 'fine' }), 'l1-untrue'],
  ['a refusal', () => ({ error: new JsonRpcError(-32_000, 'no') }), 'l1-refused'],
  [
    'no answer',
    () => {
      throw new Fault('rpc-unreachable')
    },
    'l1-unreachable',
  ],
] as const) {
  test(`${what} is a temporary fault, and no header`, async () => {
    await assert.rejects(headersFrom(answer).blocksDown({ number: 2n, count: 1 }), (error) => {
      assert.ok(isFault(error, code))
      assert.equal(error.severity, 'temporary')
      return true
    })
  })
}
