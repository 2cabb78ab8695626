import { isActivationBlock } from '#protocol/chains/chain-spec.ts'
import {
  type HardforkName,
  hardforkNames,
  type Hardforks,
  hardforksAt,
} from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/** What of the rules of an L2 block depends on its own time. */
export interface BlockRules {
  readonly forks: Hardforks
  /** Hardforks whose first block it is, oldest first. */
  readonly begins: readonly HardforkName[]
  readonly l1AttributesForm: L1AttributesForm
}

/** How the deposit of the L1 attributes is written, by the fork that brought it. */
export type L1AttributesForm = 'bedrock' | 'ecotone' | 'isthmus' | 'jovian'

// Rule activation-l1-attributes: The activation block of a fork has the previous form of L1 attributes, unless it is genesis.
// Spec: ecotone/l1-attributes.md, derive/l1_block_info.go
/** The rules of the L2 block of a timestamp. */
export function blockRulesAt(config: RollupConfig, timestamp: bigint): BlockRules {
  const forks = hardforksAt(config.hardforkTimes, timestamp)
  const begins = hardforkNames.filter((name) => isActivationBlock(config, name, timestamp))
  // The first block of a fork upgrades the contract that reads the attributes, after it read them.
  const form = (['jovian', 'isthmus', 'ecotone'] as const).find(
    (name) => forks[name] && !begins.includes(name),
  )
  return { forks, begins, l1AttributesForm: form ?? 'bedrock' }
}

/** The rules of blocks that follow each other: most have those of the one before, the same object. */
export class BlockRulesByTime {
  readonly #config: RollupConfig
  #rules: BlockRules | undefined
  #from = 0n
  /** Undefined: for ever. */
  #until: bigint | undefined

  constructor(config: RollupConfig) {
    this.#config = config
  }

  /** The rules of the L2 block of a timestamp. */
  at(timestamp: bigint): BlockRules {
    const isSame = timestamp >= this.#from && (this.#until === undefined || timestamp < this.#until)
    if (this.#rules !== undefined && isSame) return this.#rules
    const rules = blockRulesAt(this.#config, timestamp)
    // The first block of a fork has rules that no other has.
    if (rules.begins.length === 0) this.#keep(rules, timestamp)
    return rules
  }

  #keep(rules: BlockRules, timestamp: bigint): void {
    const { hardforkTimes, blockTime } = this.#config
    let from = 0n
    let until: bigint | undefined
    for (const time of Object.values(hardforkTimes)) {
      if (time > timestamp && (until === undefined || time < until)) until = time
      if (time <= timestamp && time + blockTime > from) from = time + blockTime
    }
    // Too near to a fork that begins in no block, as it does where a later one brought it.
    if (from > timestamp) return
    this.#rules = rules
    this.#from = from
    this.#until = until
  }
}
