import { decodeExtraData } from '#protocol/block/extra-data.ts'
import {
  decodeL1Attributes,
  encodedL1AttributesForm,
  type L1Attributes,
} from '#protocol/block/l1-attributes.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex, toAddress, toBytes32, toBytes8 } from '#protocol/codec/hex.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { type BlockRules, blockRulesAt } from './block-rules.ts'
import { encodeFeeScalars, encodeOperatorFee } from './fee-scalars.ts'
import { gasLimitOfHeader } from './upgrade-gas.ts'

/** The fields of an L2 block that give its L1 origin and system config; the L1 attributes are the first transaction. */
export type L2Block = Pick<
  Payload,
  'blockHash' | 'parentHash' | 'number' | 'timestamp' | 'gasLimit' | 'extraData' | 'transactions'
>

/**
 * Computes the reference of an L2 block, with its L1 origin.
 *
 * @throws DecodeError if the block does not begin with L1 attributes of its fork, or has the genesis number and another hash
 * Spec: protocol/derivation.md#l2-chain-derivation-pipeline
 */
export function l2BlockRefOf(config: RollupConfig, block: L2Block): L2BlockRef {
  const { blockHash: hash, parentHash, number, timestamp } = block
  if (isGenesis(config, block))
    return { hash, number, parentHash, timestamp, l1Origin: config.genesis.l1, sequenceNumber: 0n }
  const attributes = l1AttributesIn(block, blockRulesAt(config, timestamp))
  const l1Origin = { hash: attributes.hash, number: attributes.number }
  const { sequenceNumber } = attributes
  return { hash, number, parentHash, timestamp, l1Origin, sequenceNumber }
}

// Rule config-from-block: The system config is read back from a block's header, extra data and L1 attributes.
// Spec: system-config.md, derive/payload_util.go
/**
 * The system config after an L2 block, read from the block. The next block starts from it.
 *
 * @throws DecodeError if the block does not begin with L1 attributes of its fork, or its extra data does not match its fork
 * Spec: protocol/derivation.md#building-individual-payload-attributes, protocol/system-config.md
 */
export function systemConfigOf(config: RollupConfig, block: L2Block): SystemConfig {
  if (isGenesis(config, block)) return config.genesis.systemConfig
  const rules = blockRulesAt(config, block.timestamp)
  const { bedrock, ecotone, operatorFee, daFootprintGasScalar, batcherHash } = l1AttributesIn(
    block,
    rules,
  )
  return {
    batcherAddress: toAddress(fromHex(batcherHash).subarray(12)),
    overhead: word(bedrock?.overhead ?? 0n),
    scalar: ecotone === undefined ? word(bedrock?.scalar ?? 0n) : encodeFeeScalars(ecotone),
    gasLimit: gasLimitOfHeader(config, rules, block.gasLimit),
    ...headerFeesOf(block, rules),
    operatorFeeParams: encodeOperatorFee(operatorFee ?? { scalar: 0n, constant: 0n }),
    daFootprintGasScalar: Number(daFootprintGasScalar ?? 0n),
  }
}

function isGenesis({ genesis }: RollupConfig, { number, blockHash }: L2Block): boolean {
  if (number !== genesis.l2.number) return false
  if (blockHash === genesis.l2.hash) return true
  throw new DecodeError(
    `L2 block ${number} is ${blockHash}, but the genesis block of the rollup config is ${genesis.l2.hash}`,
  )
}

// Rule l1-attributes-read: L1 attributes must have the selector and length of the fork at the block's timestamp. Spec:
// ecotone/l1-attributes.md, derive/l1_block_info.go
function l1AttributesIn({ transactions }: L2Block, rules: BlockRules): L1Attributes {
  const [first] = transactions
  if (first === undefined) throw new DecodeError('an L2 block without transactions')
  const { data } = decodeDeposit(first)
  const form = encodedL1AttributesForm(data)
  if (form !== rules.l1AttributesForm)
    throw new DecodeError(`L1 attributes of ${form}, want ${rules.l1AttributesForm}`)
  return decodeL1Attributes(data)
}

function headerFeesOf(
  { extraData }: L2Block,
  { forks }: BlockRules,
): Pick<SystemConfig, 'eip1559Params' | 'minBaseFee'> {
  const parameters = decodeExtraData(extraData)
  const hasForm =
    (parameters !== undefined) === forks.holocene &&
    (parameters?.minBaseFee !== undefined) === forks.jovian
  if (!hasForm)
    throw new DecodeError(`extra data of ${extraData.length} bytes does not match the block's fork`)
  const eip1559 = new Uint8Array(8)
  eip1559.set(toFixedBigEndian(parameters?.denominator ?? 0n, 4))
  eip1559.set(toFixedBigEndian(parameters?.elasticity ?? 0n, 4), 4)
  return { eip1559Params: toBytes8(eip1559), minBaseFee: parameters?.minBaseFee ?? 0n }
}

function word(value: bigint): SystemConfig['scalar'] {
  return toBytes32(toFixedBigEndian(value, 32))
}
