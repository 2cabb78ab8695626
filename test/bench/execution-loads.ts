import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { readParsed, requireFile } from '#records/folder/read-lines.ts'
import { readJsonFile } from '#runtime/json-file.ts'
import { makeGenesis } from '#execution-client/genesis/make-genesis.ts'
import { parentOf } from '#test/fakes/engine-http.ts'
import type { Candidate } from './execution-candidates.ts'

const blockJson = z.looseObject({
  hash: z.string(),
  parentHash: z.string(),
  miner: z.string(),
  mixHash: z.string(),
  number: z.string(),
  gasUsed: z.string(),
  parentBeaconBlockRoot: z.string().optional(),
  requestsHash: z.string().optional(),
  raw: z.array(z.string()).optional(),
})

/** Imports the blocks of a record into a client, and makes each block the head. @returns the faster of two runs */
export async function importRecord(
  candidate: Candidate,
  record: string,
  folder: string,
): Promise<{ readonly blocks: number; readonly gas: number; readonly seconds: number }> {
  const blocks: z.output<typeof blockJson>[] = []
  for await (const { value } of readParsed(requireFile(record, 'l2.ndjson'), blockJson))
    if (value.number !== '0x0') blocks.push(value)
  let best = Infinity
  for (let run = 0; run < 2; run++) {
    const data = `${folder}-${run}`
    await mkdir(data, { recursive: true })
    const genesis = await expandGenesis(record, `${data}.genesis.json`)
    const { driver, stop } = await candidate.start(genesis, data)
    try {
      const startedMs = performance.now()
      for (const block of blocks) {
        const isCancun = block.parentBeaconBlockRoot !== undefined
        const version = block.requestsHash === undefined ? (isCancun ? 3 : 2) : 4
        const extras = isCancun ? [[], block.parentBeaconBlockRoot] : []
        const params = [payloadOf(block), ...extras, ...(version === 4 ? [[]] : [])]
        const status = await driver.call<{ status: string }>(
          `engine_newPayloadV${version}`,
          ...params,
        )
        if (status.status !== 'VALID')
          throw new Error(`block ${block.number}: ${JSON.stringify(status)}`)
        await driver.choose(block.hash)
      }
      best = Math.min(best, (performance.now() - startedMs) / 1_000)
    } finally {
      await stop()
    }
  }
  const gas = blocks.reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0)
  return { blocks: blocks.length, gas, seconds: best }
}

/** Lets a client build empty blocks: start, get, import, set as head. @returns seconds */
export async function buildEmptyBlocks(
  candidate: Candidate,
  folder: string,
  count: number,
): Promise<number> {
  await mkdir(folder, { recursive: true })
  const genesis = `${folder}.genesis.json`
  const made = await makeGenesis({
    chainId: 901n,
    timestamp: 1_700_000_000n,
    // op-geth does not support Karst, and refuses the Engine API versions of Karst.
    hardforkTimes: { jovian: 0n },
    gasLimit: 60_000_000n,
    balances: new Map(),
  })
  await writeFile(genesis, JSON.stringify(made))
  const { driver, stop } = await candidate.start(genesis, folder)
  try {
    let head = await driver.head()
    const step = async () => {
      const id = await driver.start(head)
      head = parentOf(await driver.finish(id, { version: 4 }))
    }
    for (let warm = 0; warm < 100; warm++) await step()
    const startedMs = performance.now()
    for (let at = 0; at < count; at++) await step()
    return (performance.now() - startedMs) / 1_000
  } finally {
    await stop()
  }
}

function payloadOf(block: z.output<typeof blockJson>): Record<string, unknown> {
  const { hash, miner, mixHash, number, raw = [], requestsHash, ...rest } = block
  const shared: Record<string, unknown> = {
    ...rest,
    blockHash: hash,
    feeRecipient: miner,
    prevRandao: mixHash,
    blockNumber: number,
    transactions: raw,
  }
  if (requestsHash === undefined) delete shared['withdrawalsRoot']
  return shared
}

/** Writes the genesis of a record with all accounts in one file, as op-geth requires it. */
async function expandGenesis(record: string, to: string): Promise<string> {
  const path = requireFile(record, 'genesis.json')
  const { alloc, allocExtra, ...genesis } = (await readJsonFile(path)) as Record<string, unknown>
  const accounts =
    typeof alloc === 'string' ? await readJsonFile(resolve(join(path, '..'), alloc)) : alloc
  const whole = { ...genesis, alloc: { ...(accounts as object), ...(allocExtra as object) } }
  await writeFile(to, JSON.stringify(whole))
  return to
}
