import { abiUint } from '#protocol/codec/abi-word.ts'
import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, toAddress, toHash } from '#protocol/codec/hex.ts'
import type { L1Log } from '#protocol/block/l1-block.ts'
import type { Address, Bytes32, Hash } from '#protocol/primitives.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import { SourceHashes } from './source-hash.ts'

/** The user deposits of an L1 block. */
export type UserDeposits =
  | {
      readonly kind: 'deposits'
      /** Encoded deposits, in the order of their logs. */
      readonly transactions: readonly Uint8Array[]
    }
  | {
      /**
       * A deposit log is malformed. No deposit contract emits such a log. A node that skipped the log would fork the
       * chain, so derivation stops.
       */
      readonly kind: 'malformed'
      readonly logIndex: number
      readonly reason: DepositFault
    }

/** The reason why the log of a deposit is malformed. */
type DepositFault = 'topics' | 'version' | 'length' | 'offset' | 'padding' | 'opaque-data'

/** The address of the deposit contract, and the hash of the L1 block that has the logs. */
export interface DepositSource {
  readonly depositContractAddress: Address
  readonly l1BlockHash: Hash
}

/** Hash of `TransactionDeposited(address,address,uint256,bytes)`. */
const depositEvent = '0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32' as Bytes32

/** Bytes of the opaque data before the calldata: mint, value, gas and creation flag. */
const opaqueHeadBytes = 73

/** Bytes of the log data before the opaque data: its offset and its length. */
const dataHeadBytes = 64

// Rule deposit-filter: Only deposit events of the deposit contract (OptimismPortal) become deposits. Spec:
// deposits.md#user-deposited-transactions, derive/deposits.go
/**
 * Decodes the deposits in the logs of an L1 block.
 *
 * @param logs from receipts with status 1, in log order; logs of other contracts and events are skipped
 * Spec: protocol/deposits.md#user-deposited-transactions; op-node's rules where the specification is silent
 */
export function depositsOfLogs(
  logs: readonly L1Log[],
  { depositContractAddress, l1BlockHash }: DepositSource,
): UserDeposits {
  const transactions: Uint8Array[] = []
  let sources: SourceHashes | undefined
  for (const log of logs) {
    if (log.address !== depositContractAddress || log.topics[0] !== depositEvent) continue
    const reason = faultOf(log)
    if (reason !== undefined) return { kind: 'malformed', logIndex: log.index, reason }
    sources ??= new SourceHashes('user', l1BlockHash)
    transactions.push(depositOf(log, toHash(sources.at(BigInt(log.index)))))
  }
  return { kind: 'deposits', transactions }
}

// Rule deposit-log: A deposit log has valid topics, version, offset and length, and the shortest padding.
// Spec: deposits.md#user-deposited-transactions, derive/deposit_log.go
/** As in op-node, the content of the padding and the upper bytes of the addresses are not checked. */
function faultOf({ topics, data }: L1Log): DepositFault | undefined {
  if (topics.length !== 4) return 'topics'
  if (fromBigEndian(fromHex(topics[3] ?? '0x01')) !== 0n) return 'version'
  if (data.length < dataHeadBytes || data.length % 32 !== 0) return 'length'
  if (abiUint(data, 0, 64) !== 32n) return 'offset'
  const length = abiUint(data, 1, 64)
  const room = BigInt(data.length - dataHeadBytes)
  // The padding must have the shortest possible length.
  if (length === undefined || length > room || length + 32n <= room) return 'padding'
  return length < opaqueHeadBytes ? 'opaque-data' : undefined
}

function depositOf({ topics, data }: L1Log, sourceHash: Hash): Uint8Array {
  const length = Number(abiUint(data, 1, 64))
  const opaque = data.subarray(dataHeadBytes, dataHeadBytes + length)
  return encodeDeposit({
    sourceHash,
    from: addressOf(topics[1]),
    // Any byte other than 0 means a contract creation.
    to: opaque[72] === 0 ? addressOf(topics[2]) : undefined,
    mint: fromBigEndian(opaque.subarray(0, 32)),
    value: fromBigEndian(opaque.subarray(32, 64)),
    gas: fromBigEndian(opaque.subarray(64, 72)),
    isSystemTransaction: false,
    data: opaque.subarray(opaqueHeadBytes),
  })
}

function addressOf(topic: Bytes32 | undefined): Address {
  return toAddress(fromHex(topic ?? '0x').subarray(12))
}
