import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeDeployData } from 'viem'
import * as z from 'zod'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { hardforkNames, type HardforkTimes } from '#protocol/chains/hardforks.ts'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toAddress, toHex } from '#protocol/codec/hex.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { addressJson, hashJson, quantityJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { portal, systemConfig } from '#devnet/contracts/contracts.ts'
import { l1ChainId } from '#devnet/l1/anvil.ts'
import {
  batcherAccount,
  firstAccount,
  ownerAccount,
  signerAccount,
  userAccounts,
} from './accounts.ts'

/** Chain id of the L2 of a devnet. */
export const l2ChainId = 901

/** Where batches are posted. */
const batchInbox = '0xff00000000000000000000000000000000000901' as Address

const gasLimit = 60_000_000n
const ether = 10n ** 18n

/** Options of a new rollup. */
export interface NewRollup {
  /** A new L1. */
  readonly l1: JsonRpcClient
  /** Folder for the files of the rollup. */
  readonly folder: string
  /** Seconds between two L2 blocks. */
  readonly blockSeconds: number
  /** Seconds from the genesis of L2 to the activation of a hardfork; hardforks without a time are never active. */
  readonly forkOffsets: HardforkTimes
  /** The sequencing window, in L1 blocks. */
  readonly windowBlocks: number
  /** The sequencer drift before Fjord, in seconds. */
  readonly maxDrift: number
}

/** Paths of the files that nodes and execution clients read. */
export interface RollupFiles {
  readonly genesis: string
  readonly rollupConfig: string
  readonly l1ChainConfig: string
}

/** A rollup whose contracts are on L1. */
export interface Rollup {
  readonly config: RollupConfig
  readonly files: RollupFiles
  readonly portal: Address
  readonly systemConfig: Address
}

/** The files of a rollup in a folder. */
function rollupFiles(folder: string): RollupFiles {
  return {
    genesis: join(folder, 'genesis.json'),
    rollupConfig: join(folder, 'rollup.json'),
    l1ChainConfig: join(folder, 'l1-chain-config.json'),
  }
}

/**
 * Deploys the contracts of a new rollup on L1, and writes its genesis and its configs. The L2 begins at the L1 block
 * with the contracts.
 *
 * @throws Fault if L1 does not answer
 */
export async function createRollup(rollup: NewRollup): Promise<Rollup> {
  const { blockSeconds, folder, forkOffsets, l1, maxDrift, windowBlocks } = rollup
  const deposits = await deploy(l1, portal.bytecode)
  const config = await deploy(
    l1,
    encodeDeployData({
      ...systemConfig,
      args: [ownerAccount.address, signerAccount.address],
    }),
  )
  const first = await latestBlock(l1)
  const timeOf = (offset: bigint) => first.timestamp + offset
  const hardforkTimes: HardforkTimes = Object.fromEntries(
    Object.entries(forkOffsets).map(([name, offset]) => [name, timeOf(offset)]),
  )
  const genesis = await makeL2Genesis(first.timestamp, hardforkTimes)
  const files = rollupFiles(folder)
  await mkdir(folder, { recursive: true })
  await writeFile(files.genesis, JSON.stringify(genesis.json))
  await writeFile(files.l1ChainConfig, JSON.stringify(l1ChainConfig))
  const rollupConfig = {
    genesis: {
      l1: { hash: first.hash, number: Number(first.number) },
      l2: { hash: genesis.hash, number: 0 },
      l2_time: Number(first.timestamp),
      system_config: {
        batcherAddr: batcherAccount.address.toLowerCase(),
        overhead: word(0n),
        scalar: scalarOf(forkOffsets),
        gasLimit: Number(gasLimit),
        eip1559Params: '0x0000000000000000',
        operatorFeeParams: word(0n),
        minBaseFee: 0,
        daFootprintGasScalar: 0,
      },
    },
    block_time: blockSeconds,
    max_sequencer_drift: maxDrift,
    seq_window_size: windowBlocks,
    channel_timeout: 40,
    l1_chain_id: l1ChainId,
    l2_chain_id: l2ChainId,
    ...Object.fromEntries(
      hardforkNames.flatMap((name) => {
        const time = hardforkTimes[name]
        return time === undefined ? [] : [[`${name}_time`, Number(time)]]
      }),
    ),
    batch_inbox_address: batchInbox,
    deposit_contract_address: deposits,
    l1_system_config_address: config,
    chain_op_config: {
      eip1559Elasticity: 6,
      eip1559Denominator: 50,
      eip1559DenominatorCanyon: 250,
    },
  }
  await writeFile(files.rollupConfig, JSON.stringify(rollupConfig, undefined, 2))
  return {
    config: await readRollupConfig(folder),
    files,
    portal: deposits,
    systemConfig: config,
  }
}

/** The L1 config of a devnet, in geth's form: Prague from the genesis on. */
const l1ChainConfig = {
  chainId: l1ChainId,
  ...Object.fromEntries(
    [
      'homestead',
      'eip150',
      'eip155',
      'eip158',
      'byzantium',
      'constantinople',
      'petersburg',
      'istanbul',
      'muirGlacier',
      'berlin',
      'london',
      'arrowGlacier',
      'grayGlacier',
      'mergeNetsplit',
    ].map((name) => [`${name}Block`, 0]),
  ),
  shanghaiTime: 0,
  cancunTime: 0,
  pragueTime: 0,
  terminalTotalDifficulty: 0,
  blobSchedule: {
    cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 },
    prague: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
  },
}

/** Deploys a contract from an account of the mnemonic, which anvil signs for. */
async function deploy(l1: JsonRpcClient, data: string): Promise<Address> {
  const transaction = { from: ownerAccount.address, data }
  const hash = parseJson(hashJson, await l1.call('eth_sendTransaction', [transaction]), 'hash')
  await l1.call('evm_mine', [])
  const receipt = await l1.call('eth_getTransactionReceipt', [hash])
  return parseJson(z.looseObject({ contractAddress: addressJson }), receipt, 'receipt')
    .contractAddress
}

async function latestBlock(l1: JsonRpcClient) {
  const block = await l1.call('eth_getBlockByNumber', ['latest', false])
  const fields = z.looseObject({ hash: hashJson, number: quantityJson, timestamp: quantityJson })
  return parseJson(fields, block, 'block')
}

async function makeL2Genesis(
  timestamp: bigint,
  hardforkTimes: HardforkTimes,
): Promise<{ readonly json: object; readonly hash: Hash }> {
  // The EVM interpreter is slow to load, so it is loaded only here.
  const { makeGenesis } = await import('#execution-client/genesis/make-genesis.ts')
  const { makeGenesisBlock, parseGenesis } = await import('#execution-client/genesis/genesis.ts')
  const { MemoryStore } = await import('#execution-client/state/memory-store.ts')
  const accounts = [firstAccount, batcherAccount, ownerAccount, signerAccount, ...userAccounts]
  const json = await makeGenesis({
    chainId: BigInt(l2ChainId),
    timestamp,
    hardforkTimes,
    gasLimit,
    balances: new Map(
      accounts.map(({ address }) => [toAddress(fromHex(address)), 10_000n * ether]),
    ),
  })
  return { json, hash: makeGenesisBlock(parseGenesis(json), new MemoryStore()).hash }
}

/** The fee scalar in the form of the genesis: of Ecotone if it is active, else of Bedrock. */
function scalarOf({ ecotone }: HardforkTimes): string {
  const bedrock = 1_000_000n
  const [blobBaseFeeScalar, baseFeeScalar] = [810_949n, 1_368n]
  return word(ecotone === 0n ? (1n << 248n) | (blobBaseFeeScalar << 32n) | baseFeeScalar : bedrock)
}

function word(value: bigint): string {
  return toHex(toFixedBigEndian(value, 32))
}
