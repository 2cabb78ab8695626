import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import type { Header } from '#protocol/block/header.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toHex } from '#protocol/codec/hex.ts'
import type { Difference } from '#protocol/derivation/consolidation.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'
import type { Hash } from '#protocol/primitives.ts'
import { recordFault, requireFile } from '#records/folder/read-lines.ts'
import { Chain } from '#execution-client/chain/chain.ts'
import { attributesOfPayload } from '#execution-client/engine-api/payload-json.ts'
import { readGenesis } from '#execution-client/genesis/read-genesis.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'
import { openChainDatabase } from '#execution-client/store/chain-database.ts'
import { InvalidBlock, InvalidTransaction } from '#execution-client/transition/invalid.ts'
import type { Judge, Judgement } from './judge.ts'
import type { ReferenceBlock, ReferenceChain } from './reference-chain.ts'

/** Builds each derived block in the embedded execution client, from the record's genesis, and compares hashes. */
export class ExecutedChain implements Judge {
  readonly #config: RollupConfig
  readonly #reference: ReferenceChain
  readonly #chain: Chain
  #safe: Hash

  private constructor(config: RollupConfig, reference: ReferenceChain, chain: Chain) {
    this.#config = config
    this.#reference = reference
    this.#chain = chain
    this.#safe = chain.genesis.hash
  }

  /**
   * Starts at the genesis, and executes the recorded blocks up to the start of derivation.
   *
   * @throws Fault `record` if one of these blocks differs
   */
  static async open(
    record: string,
    config: RollupConfig,
    reference: ReferenceChain,
  ): Promise<ExecutedChain> {
    const genesis = await readGenesis(requireFile(record, 'genesis.json'))
    // SQLite deletes a file without a name as soon as it is open, so no file remains even if the process is killed.
    const database = openChainDatabase('')
    // The rule against user transactions in activation blocks applies to sequencers. A derived block is executed with
    // all of its transactions.
    const options = { ...genesis, config: { ...genesis.config, hasUsersAtForks: true } }
    const chain = new Chain({ database, genesis: options, archive: false })
    const executed = new ExecutedChain(config, reference, chain)
    await executed.#catchUp()
    return executed
  }

  /** Closes the chain and removes its file. */
  close(): void {
    this.#chain.close()
  }

  async judge(derived: DerivedAttributes): Promise<Judgement> {
    const { parent, attributes, isLastInSpan } = derived
    try {
      const block = await this.#execute(parent.hash, attributes)
      if (isLastInSpan) this.#safe = block.hash
      // A safe block counts as finalized, because no block is built below it.
      this.#chain.choose({ head: block.hash, safe: this.#safe, finalized: this.#safe })
      return this.#compare(block, await this.#reference.at(block.header.number))
    } catch (error) {
      if (!(error instanceof InvalidTransaction) && !(error instanceof InvalidBlock)) throw error
      const difference = { field: 'block', derived: `refused: ${error.message}`, block: 'a block' }
      return { kind: 'refused', differences: [difference] }
    }
  }

  safeBlock(number: bigint): SafeBlock | undefined {
    const block = this.#chain.canonical(number)
    return block && { ref: this.#refOf(block), transactions: this.#chain.body(block).transactions }
  }

  async #catchUp(): Promise<void> {
    const { start } = this.#reference
    const { header, hash } = this.#chain.genesis
    const first = await this.#reference.at(header.number)
    if (first !== undefined && first.block.blockHash !== hash)
      throw recordFault(
        `${first.where}: block ${header.number} is ${first.block.blockHash}, but the genesis is ${hash}`,
      )
    for (let number = header.number + 1n; number <= start.head.ref.number; number++) {
      const recorded = await this.#reference.at(number)
      if (recorded === undefined)
        throw recordFault(
          `--execute needs each block from the genesis on, but the record lacks block ${number}`,
        )
      const { block, header: wanted } = recorded
      const attributes = attributesOfPayload(block, wanted)
      const executed = await this.#execute(block.parentHash, attributes)
      const judgement = this.#compare(executed, recorded)
      if (!judgement.matches)
        throw recordFault(
          `${recorded.where}: block ${number} has hash ${executed.hash} when executed`,
        )
      this.#safe = executed.hash
      this.#chain.choose({ head: this.#safe, safe: this.#safe, finalized: this.#safe })
    }
  }

  async #execute(parentHash: Hash, attributes: PayloadAttributes): Promise<KnownBlock> {
    const parent = this.#chain.find(parentHash)
    if (parent === undefined) throw new Error(`block ${parentHash} was never executed`)
    const builder = await this.#chain.build(parent, attributes)
    for (const raw of attributes.transactions) await builder.execution.execute(raw)
    const block = builder.seal()
    if (!this.#chain.add(block)) throw new Error(`no room for block ${block.hash}`)
    return block
  }

  #refOf(block: KnownBlock): L2BlockRef {
    const { hash, header } = block
    const { transactions } = this.#chain.body(block)
    return l2BlockRefOf(this.#config, { ...header, blockHash: hash, transactions })
  }

  #compare(block: KnownBlock, recorded: ReferenceBlock | undefined) {
    const ref = this.#refOf(block)
    if (recorded === undefined)
      return { kind: 'block', ref, matches: undefined, differences: [] } as const
    const matches = recorded.block.blockHash === block.hash
    const differences = matches ? [] : differencesOf(block.header, recorded.header)
    return { kind: 'block', ref, matches, differences } as const
  }
}

/** Header fields that differ from the record. */
function differencesOf(header: Header, recorded: Header): readonly Difference[] {
  const differences: Difference[] = []
  // Both headers have the same keys; absent fields are undefined.
  for (const field of Object.keys(header) as (keyof Header)[]) {
    const [derived, block] = [textOf(header[field]), textOf(recorded[field])]
    if (derived !== block) differences.push({ field, derived, block })
  }
  return differences
}

function textOf(value: Header[keyof Header]): string {
  return value instanceof Uint8Array ? toHex(value) : String(value ?? 'none')
}
