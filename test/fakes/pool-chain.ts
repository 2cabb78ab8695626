import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { type HardforkName, hardforkNames, hardforksAt } from '#protocol/chains/hardforks.ts'
import { toAddress, toBytes8, toHash } from '#protocol/codec/hex.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import { makeGenesisBlock, parseGenesis } from '#execution-client/genesis/genesis.ts'
import { poolViewOf } from '#execution-client/pool/pool-view.ts'
import { TransactionPool } from '#execution-client/pool/transaction-pool.ts'
import { MemoryStore } from '#execution-client/state/memory-store.ts'
import type { ExecutedBlock } from '#execution-client/transition/execute-block.ts'
import { l1BlockAddress } from '#execution-client/transition/fee-vaults.ts'
import { Interpreters } from '#execution-client/transition/interpreter.ts'
import { addressOf, poolChainId, senderNames } from './pool-world.ts'

/** Options of a test chain. */
export interface ChainOptions {
  readonly fork?: HardforkName
  readonly gasLimit?: bigint
  /** DA footprint scalar: block gas per byte of L1 data. */
  readonly daScalar?: number
  /** Size of the L1 attributes; by default the size in Jovian. */
  readonly attributesBytes?: number
  /** Accounts that are contracts. */
  readonly contracts?: readonly string[]
}

/** A chain of one block on a genesis that funds the senders, with a transaction pool. */
export function makeChain(options: ChainOptions = {}) {
  const { fork = 'jovian', gasLimit = 30_000_000n, daScalar = 0, attributesBytes = 178 } = options
  const source = new MemoryStore()
  const names = hardforkNames.slice(0, 1 + hardforkNames.indexOf(fork))
  const forks = hardforksAt({ [fork]: 0n }, 1n)
  const extraData = forks.jovian ? '0x01000000fa000000060000000000000000' : '0x00000000fa00000006'
  const genesis = parseGenesis({
    config: {
      chainId: poolChainId,
      ...Object.fromEntries(names.map((name) => [`${name}Time`, 0])),
      optimism: { eip1559Elasticity: 6, eip1559Denominator: 50 },
    },
    timestamp: 1_000,
    gasLimit: `0x${gasLimit.toString(16)}`,
    baseFeePerGas: '0x64',
    extraData: forks.holocene ? extraData : '0x',
    alloc: {
      ...Object.fromEntries(senderNames.map((name) => [addressOf(name), account(name, options)])),
      // The L1 base fee is 1 gwei, and its scalar is 5,000. The operator fee is 77 wei.
      [l1BlockAddress]: {
        storage: {
          '0x1': '0x3b9aca00',
          '0x3': `0x1388${'00'.repeat(12)}`,
          '0x6': '0xf4240',
          '0x8': '0x4d',
        },
      },
    },
  })
  const config = genesis.config
  const parent = makeGenesisBlock(genesis, source)
  source.put(parent.changes)
  const executor = {
    config,
    interpreters: new Interpreters(config),
    source,
    ancestorHash: () => parent.hash,
  }
  const attributes: PayloadAttributes = {
    timestamp: 1_002n,
    prevRandao: toHash(new Uint8Array(32)),
    suggestedFeeRecipient: toAddress(new Uint8Array(20).fill(0x42)),
    withdrawals: forks.canyon ? [] : undefined,
    parentBeaconBlockRoot: forks.ecotone ? toHash(new Uint8Array(32)) : undefined,
    transactions: [l1Attributes(attributesBytes, daScalar)],
    noTxPool: false,
    gasLimit,
    eip1559Params: forks.holocene ? toBytes8(new Uint8Array(8)) : undefined,
    minBaseFee: forks.jovian ? 0n : undefined,
  }
  const viewOf = (block: ExecutedBlock) => poolViewOf(config, block, source)
  const pool = new TransactionPool(viewOf(parent))
  return { source, parent, executor, attributes, viewOf, pool }
}

function account(name: string, { contracts = [] }: ChainOptions) {
  return { balance: '0xde0b6b3a7640000', code: contracts.includes(name) ? '0x00' : '0x' }
}

function l1Attributes(bytes: number, daScalar: number): Uint8Array {
  const data = new Uint8Array(bytes)
  if (bytes >= 178) data.set([daScalar >> 8, daScalar & 255], 176)
  return makeDeposit(data, 50_000n)
}

/** A deposit to the L1Block predeploy. */
export function makeDeposit(data: Uint8Array, gas: bigint): Uint8Array {
  return encodeDeposit({
    sourceHash: toHash(new Uint8Array(32)),
    from: toAddress(new Uint8Array(20).fill(0xde)),
    to: l1BlockAddress,
    mint: 0n,
    value: 0n,
    gas,
    isSystemTransaction: false,
    data,
  })
}
