import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import * as z from 'zod'
import { hashJson, quantityJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { systemClock } from '#runtime/clock.ts'
import { type KeptL1, startKeptL1 } from '#devnet/live/kept-l1.ts'
import { forkOffsetsOf } from '#devnet/rollup/fork-offsets.ts'
import { until } from '#test/interop/until.ts'

const blockJson = z.looseObject({ hash: hashJson, number: quantityJson })

const chainJson = z.object({
  blocks: z.array(z.object({ header: z.object({ number: z.string() }) })),
})

/** Folders of the tests, which are removed when all L1s have ended. */
const folders: string[] = []
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

/** An L1 that ends with the test. */
async function startIn(t: TestContext, folder: string) {
  const l1 = await startKeptL1({
    folder,
    rollupFolder: join(folder, 'rollup'),
    blockSeconds: 2,
    l1BlockSeconds: 1,
    forkOffsets: forkOffsetsOf([]),
    host: '127.0.0.1',
    rpcPort: 0,
    beaconPort: 0,
    clock: systemClock,
    report: () => undefined,
  })
  const endpoints = [{ url: l1.rpcUrl }]
  const client = new JsonRpcClient({ endpoints, timeoutMs: 5_000, rounds: 1, clock: systemClock })
  t.after(async () => {
    await client.close()
    await l1.close()
  })
  const block = async (which: string) =>
    parseJson(blockJson, await client.call('eth_getBlockByNumber', [which, false]), 'block')
  const untilBlock = (number: bigint) =>
    until(`L1 block ${number}`, { withinMs: 30_000, explain: () => l1.rpcUrl }, async () => {
      return (await block('latest')).number >= number
    })
  return { l1, block, untilBlock }
}

/** Numbers of the blocks in the file of the chain. */
function numbersIn(folder: string): readonly number[] {
  const { blocks } = chainJson.parse(JSON.parse(readFileSync(join(folder, 'chain.json'), 'utf8')))
  return blocks.map(({ header }) => Number(header.number)).toSorted((a, b) => a - b)
}

async function crash({ pid, ended }: KeptL1): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await ended
}

test('the chain of an L1 goes on after a stop, and after a crash without its last blocks', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-kept-l1-'))
  folders.push(folder)
  const rollupFile = join(folder, 'rollup/rollup.json')

  const first = await startIn(t, folder)
  const rollup = await readFile(rollupFile, 'utf8')
  await first.untilBlock(5n)
  const genesis = await first.block('0x0')
  const last = await first.block('latest')
  await first.l1.close()

  const second = await startIn(t, folder)
  assert.deepEqual(await second.block(`0x${last.number.toString(16)}`), last)
  await second.untilBlock(last.number + 6n)
  const early = await second.block(`0x${(last.number + 2n).toString(16)}`)
  assert.deepEqual(numbersIn(folder).slice(0, 3), [0, 1, 2], 'one block at each number')
  await crash(second.l1)

  const third = await startIn(t, folder)
  assert.deepEqual(await third.block('0x0'), genesis)
  assert.deepEqual(await third.block(`0x${early.number.toString(16)}`), early)
  await third.untilBlock(last.number + 8n)
  assert.equal(await readFile(rollupFile, 'utf8'), rollup)
})
