import { isActivationBlock } from '#protocol/chains/chain-spec.ts'
import {
  type HardforkName,
  hardforkNames,
  type Hardforks,
  hardforksAt,
} from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/** Rules of an L2 block that depend on its timestamp. */
export interface BlockRules {
  readonly forks: Hardforks
  /** Hardforks that the block activates, oldest first. */
  readonly begins: readonly HardforkName[]
  readonly l1AttributesForm: L1AttributesForm
}

/** Form of the L1 attributes deposit, named by the fork that introduced it. */
export type L1AttributesForm = 'bedrock' | 'ecotone' | 'isthmus' | 'jovian'

// Rule activation-l1-attributes: The activation block of a fork has the previous form of L1 attributes, unless the
// activation block is the genesis.
// Spec: ecotone/l1-attributes.md, derive/l1_block_info.go
/** The rules of the L2 block with a timestamp. */
export function blockRulesAt(config: RollupConfig, timestamp: bigint): BlockRules {
  const forks = hardforksAt(config.hardforkTimes, timestamp)
  const begins = hardforkNames.filter((name) => isActivationBlock(config, name, timestamp))
  // The activation block upgrades the contract after the contract has read the attributes.
  const form = (['jovian', 'isthmus', 'ecotone'] as const).find(
    (name) => forks[name] && !begins.includes(name),
  )
  return { forks, begins, l1AttributesForm: form ?? 'bedrock' }
}

/** Caches rules for consecutive blocks: most blocks get the same object as the block before. */
export class BlockRulesByTime {
  readonly #config: RollupConfig
  #rules: BlockRules | undefined
  #from = 0n
  /** Timestamp at which the cached rules end; undefined if they do not end. */
  #until: bigint | undefined

  constructor(config: RollupConfig) {
    this.#config = config
  }

  /** The rules of the L2 block with a timestamp. */
  at(timestamp: bigint): BlockRules {
    const isSame = timestamp >= this.#from && (this.#until === undefined || timestamp < this.#until)
    if (this.#rules !== undefined && isSame) return this.#rules
    const rules = blockRulesAt(this.#config, timestamp)
    // The rules of an activation block apply to that block only.
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
    // Rules are not cached during the first block time after a fork's time. In this period, `begins` is empty only if
    // the fork was already active: since genesis, or because a later fork implies it.
    if (from > timestamp) return
    this.#rules = rules
    this.#from = from
    this.#until = until
  }
}
