import { emptyOmmersHash, hashHeader, type Header, noRequestsHash } from '#protocol/block/header.ts'
import { hardforksAt } from '#protocol/chains/hardforks.ts'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toAddress, toBytes8, toHash, toHex } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { emptyTrieRoot } from '#protocol/trie/ordered-root.ts'
import { type StateSource, WorldState } from '#execution-client/state/world-state.ts'
import type { ExecutedBlock } from '#execution-client/transition/execute-block.ts'
import {
  type ExecutionConfig,
  parseGenesisConfig,
} from '#execution-client/transition/execution-config.ts'
import { messagePasserAddress } from '#execution-client/transition/fee-vaults.ts'

/** The genesis block of a chain, and its accounts. */
export interface Genesis {
  readonly config: ExecutionConfig
  /** Header without the roots, which follow from the accounts. */
  readonly header: Omit<Header, 'stateRoot' | 'withdrawalsRoot'>
  readonly accounts: ReadonlyMap<Address, GenesisAccount>
}

/** An account of a genesis. */
interface GenesisAccount {
  readonly nonce: bigint
  readonly balance: bigint
  readonly code: Uint8Array
  /** Storage values by slot, 32 bytes each. */
  readonly storage: readonly (readonly [slot: Uint8Array, value: Uint8Array])[]
}

type Json = Readonly<Record<string, unknown>>

/**
 * Parses a genesis in geth's form.
 *
 * @throws TypeError, DecodeError that name the malformed field
 */
export function parseGenesis(json: unknown): Genesis {
  if (typeof json !== 'object' || json === null) throw new TypeError('a genesis is an object')
  const genesis = json as Json
  const config = parseGenesisConfig(genesis['config'])
  const timestamp = quantity(genesis, 'timestamp', 0n)
  const forks = hardforksAt(config.hardforkTimes, timestamp)
  const alloc = (genesis['alloc'] ?? {}) as Readonly<Record<string, Json>>
  return {
    config,
    header: {
      parentHash: toHash(bytes(genesis, 'parentHash', 32)),
      ommersHash: emptyOmmersHash,
      beneficiary: toAddress(bytes(genesis, 'coinbase', 20)),
      transactionsRoot: toHash(emptyTrieRoot),
      receiptsRoot: toHash(emptyTrieRoot),
      logsBloom: new Uint8Array(256),
      difficulty: quantity(genesis, 'difficulty', 0n),
      number: quantity(genesis, 'number', 0n),
      gasLimit: quantity(genesis, 'gasLimit', 30_000_000n),
      gasUsed: quantity(genesis, 'gasUsed', 0n),
      timestamp,
      extraData: fromHex(text(genesis['extraData'] ?? '0x', 'extraData')),
      prevRandao: toHash(bytes(genesis, 'mixHash', 32)),
      nonce: toBytes8(toFixedBigEndian(quantity(genesis, 'nonce', 0n), 8)),
      baseFeePerGas: quantity(genesis, 'baseFeePerGas', 1_000_000_000n),
      blobGasUsed: forks.ecotone ? quantity(genesis, 'blobGasUsed', 0n) : undefined,
      excessBlobGas: forks.ecotone ? quantity(genesis, 'excessBlobGas', 0n) : undefined,
      parentBeaconBlockRoot: forks.ecotone ? toHash(new Uint8Array(32)) : undefined,
      requestsHash: forks.isthmus ? noRequestsHash : undefined,
    },
    accounts: new Map(
      Object.entries(alloc).map(([address, account]) => [
        toAddress(fromHex(address.startsWith('0x') ? address : `0x${address}`)),
        parseAccount(account, address),
      ]),
    ),
  }
}

/** Makes the block of a genesis. All accounts of the genesis are the state changes of the block. */
export function makeGenesisBlock(
  { header, accounts, config }: Genesis,
  source: StateSource,
): ExecutedBlock {
  const state = new WorldState(source)
  for (const [address, { nonce, balance, code, storage }] of accounts) {
    state.setAccount(address, { nonce, balance })
    if (code.length > 0) state.setCode(address, code)
    for (const [slot, value] of storage) state.setSlot(address, toHex(slot), value)
  }
  const changes = state.commit()
  const forks = hardforksAt(config.hardforkTimes, header.timestamp)
  const messages = state.account(messagePasserAddress)?.storageRoot
  const withdrawalsRoot = forks.isthmus ? (messages ?? emptyTrieRoot) : emptyTrieRoot
  const whole = {
    ...header,
    stateRoot: toHash(changes.root),
    withdrawalsRoot: forks.canyon ? toHash(withdrawalsRoot) : undefined,
  }
  return { hash: hashHeader(whole), header: whole, trie: state.trie, transactions: [], changes }
}

function parseAccount(account: Json, address: string): GenesisAccount {
  const storage = (account['storage'] ?? {}) as Readonly<Record<string, unknown>>
  return {
    nonce: quantity(account, 'nonce', 0n),
    balance: quantity(account, 'balance', 0n),
    code: fromHex(text(account['code'] ?? '0x', `code of ${address}`)),
    storage: Object.entries(storage).map(([slot, value]) => [
      word(slot, address),
      word(text(value, `slot of ${address}`), address),
    ]),
  }
}

function word(hex: string, address: string): Uint8Array {
  const digits = hex.startsWith('0x') ? hex.slice(2) : hex
  if (digits.length > 64) throw new TypeError(`a slot of ${address} has more than 32 bytes`)
  return fromHex(`0x${digits.padStart(64, '0')}`)
}

function quantity(json: Json, name: string, absent: bigint): bigint {
  const value = json[name]
  if (value === undefined || value === null) return absent
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^(0x[0-9a-f]+|\d+)$/i.test(value)) return BigInt(value)
  throw new TypeError(`${name} is not a whole number`)
}

function bytes(json: Json, name: string, length: number): Uint8Array {
  const value = json[name]
  return value === undefined || value === null ? new Uint8Array(length) : fromHex(text(value, name))
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string') return value
  throw new TypeError(`${name} is not a string`)
}
