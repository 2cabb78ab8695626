import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashHeader } from '#protocol/block/header.ts'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { Chain } from '#execution-client/chain/chain.ts'
import type { Genesis } from '#execution-client/genesis/genesis.ts'
import { makeGenesis } from '#execution-client/genesis/make-genesis.ts'
import { readGenesis } from '#execution-client/genesis/read-genesis.ts'
import { openChainDatabase } from '#execution-client/store/chain-database.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import { headerJson } from '#json-rpc/forms/header-json.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { requireFile } from '#records/folder/read-lines.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'

/** Chain id of the L2. */
export const liveChainId = 914

/** Seconds between two blocks of L1. */
const l1Seconds = 2n

/** Number of blocks of L1: enough for ten minutes. */
const l1Blocks = 300

type Json = Readonly<Record<string, unknown>>

/**
 * Writes a record for a chain with a sequencer. Its L1 begins now and has empty blocks, and its L2 has only a genesis.
 * All forks up to Karst are active.
 */
export async function writeLiveRecord(
  folder: string,
  {
    blockSeconds,
    balances,
  }: { readonly blockSeconds: number; readonly balances: ReadonlyMap<Address, bigint> },
): Promise<void> {
  await mkdir(folder)
  const model = join(recordsFolder, 'fork-karst')
  const read = async (name: string) =>
    JSON.parse(await readFile(requireFile(model, name), 'utf8')) as Json
  const timestamp = BigInt(Math.floor(Date.now() / 1_000))
  const forks = hardforkNames.slice(0, hardforkNames.indexOf('karst') + 1)
  const genesis = await makeGenesis({
    chainId: BigInt(liveChainId),
    timestamp,
    hardforkTimes: Object.fromEntries(forks.map((name) => [name, timestamp])),
    gasLimit: 30_000_000n,
    balances,
  })
  const genesisFile = join(folder, 'genesis.json')
  await writeFile(genesisFile, JSON.stringify(genesis))
  const l2Hash = hashOf(await readGenesis(genesisFile))
  const l1 = l1Chain(timestamp)
  const [first] = l1
  const rollup = await read('rollup.json')
  const { system_config } = rollup['genesis'] as Json
  const changed = {
    ...rollup,
    genesis: {
      l1: { hash: first?.['hash'], number: 0 },
      l2: { hash: l2Hash, number: 0 },
      l2_time: Number(timestamp),
      system_config,
    },
    block_time: blockSeconds,
    // No batch is posted.
    seq_window_size: 3_600,
    l2_chain_id: liveChainId,
    ...Object.fromEntries(forks.map((name) => [`${name}_time`, Number(timestamp)])),
  }
  await writeFile(join(folder, 'rollup.json'), JSON.stringify(changed))
  const l1Config = { ...(await read('l1-chain-config.json')), pragueTime: 0 }
  await writeFile(join(folder, 'l1-chain-config.json'), JSON.stringify(l1Config))
  const lines = l1.map((block) => JSON.stringify({ block, receipts: [] }))
  await writeFile(join(folder, 'l1.ndjson'), `${lines.join('\n')}\n`)
}

function hashOf(genesis: Genesis): Hash {
  const database = openChainDatabase(':memory:')
  const chain = new Chain({ database, genesis, archive: false })
  const { hash } = chain.head
  chain.close()
  return hash
}

/** Empty blocks of L1, the first one with the given time. */
function l1Chain(timestamp: bigint): readonly Json[] {
  const zero = `0x${'00'.repeat(32)}`
  const emptyRoot = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
  const blocks: Json[] = []
  let parentHash = zero
  for (let number = 0n; number < l1Blocks; number++) {
    const block = {
      parentHash,
      sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
      miner: `0x${'00'.repeat(20)}`,
      stateRoot: zero,
      transactionsRoot: emptyRoot,
      receiptsRoot: emptyRoot,
      logsBloom: `0x${'00'.repeat(256)}`,
      difficulty: '0x0',
      number: toQuantity(number),
      gasLimit: '0x3938700',
      gasUsed: '0x0',
      timestamp: toQuantity(timestamp + number * l1Seconds),
      extraData: '0x',
      mixHash: zero,
      nonce: '0x0000000000000000',
      baseFeePerGas: '0x7',
      withdrawalsRoot: emptyRoot,
      blobGasUsed: '0x0',
      excessBlobGas: '0x0',
      parentBeaconBlockRoot: zero,
      requestsHash: '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      transactions: [],
      uncles: [],
      withdrawals: [],
    }
    const hash = hashHeader(parseJson(headerJson, block, 'block'))
    blocks.push({ ...block, hash })
    parentHash = hash
  }
  return blocks
}
