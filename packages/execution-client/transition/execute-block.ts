import { emptyOmmersHash, hashHeader, type Header, noRequestsHash } from '#protocol/block/header.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { hardforksAt, type Hardforks } from '#protocol/chains/hardforks.ts'
import { fromHex, toBytes8, toHash } from '#protocol/codec/hex.ts'
import { encodeAttributesExtraData } from '#protocol/derivation/attributes-extra-data.ts'
import type { Hash } from '#protocol/primitives.ts'
import { emptyTrieRoot, orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import type { StateChanges, StateSource } from '#execution-client/state/world-state.ts'
import { WorldState } from '#execution-client/state/world-state.ts'
import type { Trie } from '#execution-client/trie/trie.ts'
import { nextBaseFee } from './base-fee.ts'
import type { ExecutedTransaction } from './block-context.ts'
import { BlockExecution } from './block-execution.ts'
import type { ExecutionConfig } from './execution-config.ts'
import { create2DeployerAddress, create2DeployerCode } from './create2-deployer.ts'
import { messagePasserAddress } from './fee-vaults.ts'
import type { Interpreters } from './interpreter.ts'
import { InvalidBlock } from './invalid.ts'
import { encodeReceipt, joinBlooms } from './receipt.ts'

/** A block to build on. */
export interface ParentBlock {
  readonly hash: Hash
  readonly header: Header
  /** Account trie of the state after the block. */
  readonly trie: Trie
}

/** An executed block. */
export interface ExecutedBlock extends ParentBlock {
  readonly transactions: readonly ExecutedTransaction[]
  readonly changes: StateChanges
}

/** Dependencies of block execution. */
export interface Executor {
  readonly config: ExecutionConfig
  readonly interpreters: Interpreters
  readonly source: StateSource
  /** Returns the hash of an ancestor of `child`. */
  readonly ancestorHash: (child: ParentBlock, number: bigint) => Hash
}

/** A block being built: transactions are added until it is sealed. */
export class BlockBuilder {
  readonly execution: BlockExecution
  readonly #attributes: PayloadAttributes
  readonly #parent: ParentBlock
  readonly #state: WorldState

  private constructor(parts: {
    readonly execution: BlockExecution
    readonly attributes: PayloadAttributes
    readonly parent: ParentBlock
    readonly state: WorldState
  }) {
    this.execution = parts.execution
    this.#attributes = parts.attributes
    this.#parent = parts.parent
    this.#state = parts.state
  }

  /** Begins a block and executes its system calls, but no transactions. */
  static async begin(
    executor: Executor,
    parent: ParentBlock,
    attributes: PayloadAttributes,
  ): Promise<BlockBuilder> {
    const { config, interpreters, source } = executor
    const { timestamp, parentBeaconBlockRoot } = attributes
    const forks = hardforksAt(config.hardforkTimes, timestamp)
    const state = new WorldState(source, parent.trie)
    const evm = await interpreters.on(state, forks, (number) =>
      fromHex(executor.ancestorHash(parent, number)),
    )
    const context = {
      config,
      number: parent.header.number + 1n,
      timestamp,
      parentTimestamp: parent.header.timestamp,
      feeRecipient: attributes.suggestedFeeRecipient,
      prevRandao: attributes.prevRandao,
      gasLimit: attributes.gasLimit,
      baseFeePerGas: nextBaseFee(config, parent.header, timestamp),
    }
    if (timestamp === config.hardforkTimes.canyon)
      state.setCode(create2DeployerAddress, create2DeployerCode)
    const execution = new BlockExecution(context, evm, state)
    await execution.begin({ parentHash: parent.hash, parentBeaconBlockRoot })
    return new BlockBuilder({ execution, attributes, parent, state })
  }

  /** Completes the block. @throws InvalidBlock if the block as a whole breaks a rule */
  seal(): ExecutedBlock {
    const { execution } = this
    const { transactions, forks } = execution
    this.#checkDaFootprint()
    const changes = this.#state.commit()
    const receipts = transactions.map(({ receipt }) => receipt)
    const header: Header = {
      parentHash: this.#parent.hash,
      ommersHash: emptyOmmersHash,
      beneficiary: this.#attributes.suggestedFeeRecipient,
      stateRoot: toHash(changes.root),
      transactionsRoot: toHash(orderedTrieRoot(transactions.map(({ raw }) => raw))),
      receiptsRoot: toHash(orderedTrieRoot(receipts.map(encodeReceipt))),
      logsBloom: joinBlooms(receipts),
      difficulty: 0n,
      number: execution.context.number,
      gasLimit: execution.context.gasLimit,
      gasUsed: execution.gasUsed,
      timestamp: execution.context.timestamp,
      extraData: extraDataOf(this.#attributes, execution.context.config, forks),
      prevRandao: this.#attributes.prevRandao,
      nonce: toBytes8(new Uint8Array(8)),
      baseFeePerGas: execution.context.baseFeePerGas,
      withdrawalsRoot: this.#withdrawalsRoot(forks),
      blobGasUsed: forks.ecotone ? execution.daFootprint : undefined,
      excessBlobGas: forks.ecotone ? 0n : undefined,
      parentBeaconBlockRoot: forks.ecotone ? this.#attributes.parentBeaconBlockRoot : undefined,
      requestsHash: forks.isthmus ? noRequestsHash : undefined,
    }
    // A block that cannot have a child is refused, since the pool and the next build need the base fee of its child.
    nextBaseFee(execution.context.config, header, header.timestamp)
    const { trie } = this.#state
    return { hash: hashHeader(header), header, trie, transactions, changes }
  }

  /** Spec: protocol/jovian/exec-engine.md#da-footprint-block-limit */
  #checkDaFootprint(): void {
    const { transactions, forks, daFootprint, context, takesUserTransactions } = this.execution
    if (!forks.jovian) return
    if (daFootprint > context.gasLimit)
      throw new InvalidBlock(`DA footprint ${daFootprint}, the gas limit is ${context.gasLimit}`)
    if (!takesUserTransactions && transactions.some(({ signed }) => signed !== undefined))
      throw new InvalidBlock('a transaction of a user in the first block of a hardfork')
  }

  #withdrawalsRoot(forks: Hardforks): Hash | undefined {
    if (!forks.canyon) return undefined
    if (!forks.isthmus) return toHash(emptyTrieRoot)
    const account = this.#state.account(messagePasserAddress)
    return toHash(account?.storageRoot ?? emptyTrieRoot)
  }
}

/** Executes a block with exactly the transactions of its attributes. @throws InvalidTransaction, InvalidBlock */
export async function executeBlock(
  executor: Executor,
  parent: ParentBlock,
  attributes: PayloadAttributes,
): Promise<ExecutedBlock> {
  const builder = await BlockBuilder.begin(executor, parent, attributes)
  for (const raw of attributes.transactions) await builder.execution.execute(raw)
  return builder.seal()
}

/**
 * The extra data of a block's header.
 * Spec: protocol/holocene/exec-engine.md#eip-1559-parameters-in-block-header, protocol/jovian/exec-engine.md
 */
function extraDataOf(
  { eip1559Params, minBaseFee }: PayloadAttributes,
  { eip1559 }: ExecutionConfig,
  forks: Hardforks,
): Uint8Array {
  if (!forks.holocene) return new Uint8Array(0)
  if (eip1559Params === undefined) throw new InvalidBlock('EIP-1559 parameters are missing')
  if (!forks.jovian)
    return encodeAttributesExtraData({ eip1559Params, minBaseFee: undefined }, eip1559)
  if (minBaseFee === undefined) throw new InvalidBlock('the minimum base fee is missing')
  return encodeAttributesExtraData({ eip1559Params, minBaseFee }, eip1559)
}
