import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { fromHex, type Hex, toAddress, toBytes8, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, uintToRlp } from '#protocol/codec/rlp.ts'
import type { Address } from '#protocol/primitives.ts'
import { type Deposit, encodeDeposit } from '#protocol/transaction/deposit.ts'
import { Chain } from '#execution-client/chain/chain.ts'
import type { Genesis } from '#execution-client/genesis/genesis.ts'
import { parseGenesis } from '#execution-client/genesis/genesis.ts'
import { openChainDatabase } from '#execution-client/store/chain-database.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'
import type { ExecutedBlock } from '#execution-client/transition/execute-block.ts'

/** A genesis without predeploys, with every fork up to Karst. */
export const smallGenesis: Genesis = parseGenesis({
  config: {
    chainId: 901,
    karstTime: 0,
    optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
  },
  timestamp: '0x0',
  gasLimit: '0x1c9c380',
  extraData: '0x01000000fa000000060000000000000000',
  alloc: {},
})

/** Opens a chain; in memory if no path is given. */
export function openChain({
  path = ':memory:',
  archive = false,
  genesis = smallGenesis,
}: { path?: string; archive?: boolean; genesis?: Genesis } = {}): Chain {
  const database = openChainDatabase(path)
  try {
    return new Chain({ database, genesis, archive })
  } catch (error) {
    database.close()
    throw error
  }
}

const zero = toHash(new Uint8Array(32))
const depositor = toAddress(new Uint8Array(20).fill(0xde))

/** Attributes of a block with only the given transactions. */
export function attributesOn(
  parent: KnownBlock,
  transactions: readonly Uint8Array[],
): PayloadAttributes {
  return {
    timestamp: parent.header.timestamp + 2n,
    prevRandao: zero,
    suggestedFeeRecipient: toAddress(new Uint8Array(20).fill(0xfe)),
    withdrawals: [],
    parentBeaconBlockRoot: zero,
    transactions,
    noTxPool: true,
    gasLimit: 30_000_000n,
    eip1559Params: toBytes8(new Uint8Array(8)),
    minBaseFee: 0n,
  }
}

/** Executes a block on a parent, and adds it to the chain. */
export async function addBlock(
  chain: Chain,
  parent: KnownBlock,
  transactions: readonly Uint8Array[] = [],
): Promise<ExecutedBlock> {
  const attributes = attributesOn(parent, transactions)
  const builder = await chain.build(parent, attributes)
  for (const raw of transactions) await builder.execution.execute(raw)
  const block = builder.seal()
  chain.add(block)
  return block
}

/** A deposit; `salt` makes it unique. */
export function deposit(salt: number, changes: Partial<Deposit>): Uint8Array {
  return encodeDeposit({
    sourceHash: toHash(keccak256(uintToRlp(BigInt(salt)))),
    from: depositor,
    to: depositor,
    mint: 0n,
    value: 0n,
    gas: 200_000n,
    isSystemTransaction: false,
    data: new Uint8Array(0),
    ...changes,
  })
}

/** Init code of a contract that stores the second word of its input in the slot that the first word names. */
const storeCode = fromHex('0x67602035600035550060005260086018f3')

/** A deposit that creates the contract of `storeCode`. */
export function createStore(salt: number): Uint8Array {
  return deposit(salt, { to: undefined, data: storeCode })
}

/** Address of the contract of `storeCode`, if its creation is the depositor's first transaction. */
export const storeAddress: Address = toAddress(
  keccak256(encodeRlp([fromHex(depositor), uintToRlp(0n)])).subarray(12),
)

/** A deposit that makes the contract of `storeCode` store a value; 0 clears the slot. */
export function setSlot(salt: number, slot: number, value: number): Uint8Array {
  const data = new Uint8Array(64)
  const view = new DataView(data.buffer)
  view.setUint32(28, slot)
  view.setUint32(60, value)
  return deposit(salt, { to: storeAddress, data })
}

/** The 32-byte key of a slot, as hex. */
export function slotKey(slot: number): Hex {
  return `0x${slot.toString(16).padStart(64, '0')}`
}
