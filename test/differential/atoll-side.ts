import type { L1Block } from '#protocol/block/l1-block.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { type L2Block, l2BlockRefOf, systemConfigOf } from '#protocol/derivation/l2-block.ts'
import { DerivationDriver } from '#protocol/pipeline/derivation-driver.ts'
import {
  type DerivedAttributes,
  Pipeline,
  type PipelineEvent,
} from '#protocol/pipeline/pipeline.ts'
import { baseCandidateOf, findPipelineBase, searchHeld } from '#protocol/sync/pipeline-base.ts'
import type { Hash } from '#protocol/primitives.ts'
import { attributesToJson } from '#json-rpc/forms/attributes-json.ts'
import { toL1Block } from '#l1/to-l1-block.ts'
import type { Case, CaseL1 } from './build-case.ts'
import { buildBlock, digestOf, hashOf, isRefused } from './stand-in-engine.ts'
import { blobBytes } from '#protocol/channel/blob.ts'

/** Maximum number of resets in a case. The program with op-node has the same limit. */
const maxResets = 20

/** Options of deriving a case. */
export interface SideOptions {
  /** Whether to print attributes too. */
  readonly isVerbose?: boolean
  /** Replaces the config of the case, to plant a bug. */
  readonly config?: RollupConfig
  readonly onEvent?: (event: PipelineEvent) => void
  readonly onDerived?: (number: bigint, digest: Hash) => void
}

/** Derives a case with Atoll's pipeline. Returns a line for each event. Text after a # is for readers only. */
export function deriveWithAtoll(of: Case, options: SideOptions = {}): readonly string[] {
  const run = new AtollRun(of, options)
  run.toEnd()
  return run.said
}

interface Built {
  readonly block: L2Block
  readonly ref: L2BlockRef
}

class AtollRun {
  readonly said: string[] = []
  readonly #case: Case
  readonly #config: RollupConfig
  readonly #options: SideOptions
  readonly #l1: readonly L1Block[]
  readonly #chain: Built[] = []
  readonly #reorgs: Set<bigint>
  readonly #driver: DerivationDriver

  constructor(of: Case, options: SideOptions) {
    this.#case = of
    this.#config = options.config ?? of.config
    this.#options = options
    this.#reorgs = new Set(of.reorgs)
    this.#l1 = of.blocks.map((block) => toL1Block(fetched(block), this.#config))
    const { genesis } = this.#config
    const block = {
      blockHash: genesis.l2.hash,
      parentHash: genesis.l2.hash,
      number: genesis.l2.number,
      timestamp: genesis.l2Timestamp,
      gasLimit: genesis.systemConfig.gasLimit,
      extraData: new Uint8Array(0),
      transactions: [],
    }
    const ref = l2BlockRefOf(this.#config, block)
    this.#chain.push({ block, ref })
    this.#driver = new DerivationDriver(this.#config, {
      ref,
      systemConfig: genesis.systemConfig,
    })
  }

  toEnd(): void {
    for (let resets = 0; ;) {
      if (this.#derive(this.#begin())) return
      if (++resets >= maxResets) return
    }
  }

  #begin(): { readonly pipeline: Pipeline; readonly from: number } {
    this.#revoke()
    const candidateAt = (number: bigint) => {
      const built = this.#builtAt(number)
      if (built === undefined) throw new RangeError(`block ${number} was not built`)
      return baseCandidateOf(this.#config, built, built.block)
    }
    const safe = candidateAt(this.#driver.safe.ref.number)
    const base = searchHeld(findPipelineBase(this.#config, safe), candidateAt)
    const from = this.#l1.findIndex(({ hash }) => hash === base.ref.l1Origin.hash)
    const l1 = this.#l1[from]
    if (l1 === undefined) throw new RangeError('there is no L1 block to begin with')
    const pipeline = new Pipeline({
      config: this.#config,
      base: l1,
      batcher: systemConfigOf(this.#config, base.block).batcherAddress,
      safeBlock: (number) => this.#safeBlock(number),
      report: (event) => this.#options.onEvent?.(event),
    })
    this.#driver.start(pipeline)
    return { pipeline, from }
  }

  #builtAt(number: bigint): Built | undefined {
    return this.#chain[Number(number - this.#config.genesis.l2.number)]
  }

  #safeBlock(number: bigint) {
    const found = this.#builtAt(number)
    return found && { ref: found.ref, transactions: found.block.transactions }
  }

  #revoke(): void {
    const { number } = this.#driver.safe.ref
    this.#chain.length = Number(number - this.#config.genesis.l2.number) + 1
  }

  /** @returns true if derivation ended, false if it was reset */
  #derive({ pipeline, from }: { readonly pipeline: Pipeline; readonly from: number }): boolean {
    for (let at = from + 1; ;) {
      const output = this.#driver.next()
      switch (output.kind) {
        case 'attributes':
          this.#apply(output)
          break
        case 'needs-l1-block': {
          const block = this.#l1[at++]
          if (block === undefined) {
            this.said.push(`end at L1 ${pipeline.origin.number}`)
            return true
          }
          const pushed = pipeline.push(this.#asRead(block))
          if (pushed.kind === 'taken') break
          if (pushed.kind === 'needs-blobs') throw new RangeError('a blob is missing')
          this.said.push(`reset # ${pushed.reason}`)
          return false
        }
        case 'needs-l2-block':
          this.said.push(`needs L2 block ${output.number}`)
          return true
        case 'reset':
          this.said.push(`reset # ${output.reason}`)
          return false
        case 'critical':
          this.said.push(`critical # ${output.reason}`)
          return true
      }
    }
  }

  /** The block as L1 returns it. At a reorg, the block that is read first has a parent hash that does not match. */
  #asRead(block: L1Block): L1Block {
    return this.#reorgs.delete(block.number) ? { ...block, parentHash: block.hash } : block
  }

  #apply(derived: DerivedAttributes): void {
    const digest = this.#show(derived.attributes, derived.parent.hash)
    if (!isRefused(this.#case, digest, derived.attributes))
      return this.#build(derived, { attributes: derived.attributes, digest, mark: '' })
    const number = derived.parent.number + 1n
    this.said.push(`refused ${number} ${digest}`)
    const then = this.#driver.refused(derived)
    switch (then.kind) {
      case 'build-deposits-only': {
        const { attributes } = then
        const replaced = this.#show(attributes, derived.parent.hash)
        return this.#build(derived, { attributes, digest: replaced, mark: ' replaced' })
      }
      case 'revoke-span':
        return this.#revoke()
      case 'critical':
        throw new RangeError('a deposits-only block was refused')
    }
  }

  #build(
    derived: DerivedAttributes,
    built: {
      readonly attributes: PayloadAttributes
      readonly digest: Hash
      readonly mark: string
    },
  ): void {
    const { parent, derivedFrom, isLastInSpan } = derived
    const { attributes, digest, mark } = built
    const number = parent.number + 1n
    this.#options.onDerived?.(number, digest)
    const blockHash = hashOf(this.#case, { number, digest })
    const place = { number, parentHash: parent.hash, blockHash }
    const block = buildBlock(this.#config, attributes, place)
    const ref = l2BlockRefOf(this.#config, block)
    this.#chain.push({ block, ref })
    this.#driver.applied(derived, ref)
    this.said.push(
      `block ${number} ${blockHash} of ${digest} origin ${idOf(ref.l1Origin)} seq ${ref.sequenceNumber} from ${idOf(derivedFrom)}${isLastInSpan ? ' last' : ''}${mark}`,
    )
    this.#checkCarried(block, derived)
  }

  /** Checks that the system config carried by attributes equals the system config that the block encodes. */
  #checkCarried(block: L2Block, { systemConfig }: DerivedAttributes): void {
    const read = systemConfigOf(this.#config, block)
    for (const [field, value] of Object.entries(read))
      if (systemConfig[field as keyof typeof read] !== value)
        this.said.push(`carries another ${field} # ${String(value)}`)
  }

  #show(attributes: PayloadAttributes, parent: Hash): Hash {
    if (this.#options.isVerbose === true)
      this.said.push(`# ${JSON.stringify(attributesToJson(attributes))}`)
    return digestOf(parent, attributes)
  }
}

function idOf({ hash, number }: { readonly hash: Hash; readonly number: bigint }): string {
  return `${hash}:${number}`
}

function fetched({ hash, header, receipts, transactions, blobs }: CaseL1) {
  return {
    block: { hash, header, transactions: transactions.map((raw) => ({ hash, raw })) },
    receipts: receipts.map((receipt) => ({ ...receipt, ...unreadOfReceipt })),
    blobs: new Map([...blobs].map(([versionedHash, blob]) => [versionedHash, whole(blob)])),
  }
}

const unreadOfReceipt = {
  type: 2,
  cumulativeGasUsed: 0n,
  logsBloom: new Uint8Array(0),
  depositNonce: undefined,
  depositReceiptVersion: undefined,
}

function whole(blob: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(blobBytes)
  bytes.set(blob)
  return bytes
}
