import { isActive } from '#protocol/chains/chain-spec.ts'
import { type HardforkName, hardforkNames } from '#protocol/chains/hardforks.ts'
import type { Case, CaseL1 } from './build-case.ts'
import type { Parting } from './compare.ts'

/** A difference that is op-node's error, described in docs/derivation-notes.md. */
export interface Explanation {
  readonly name: string
  readonly explains: (of: Case, parting: Parting) => boolean
}

const explanations: readonly Explanation[] = [
  { name: 'holocene-with-another-fork', explains: isAfterForkWithHolocene },
]

/**
 * Where the L1 block that brings Holocene brings a fork before it too, op-node changes its stages for the older fork alone, so
 * that those before Holocene go on; started after that block, it has the right ones.
 */
function isAfterForkWithHolocene({ blocks, config }: Case, { atoll, opNode }: Parting): boolean {
  const isOn = (fork: HardforkName, block: CaseL1 | undefined) =>
    block !== undefined && isActive(config, fork, block.header.timestamp)
  const at = blocks.findIndex((block) => isOn('holocene', block))
  const [before, first] = [blocks[at - 1], blocks[at]]
  if (before === undefined || first === undefined) return false
  const older = hardforkNames.slice(0, hardforkNames.indexOf('holocene'))
  if (!older.some((fork) => !isOn(fork, before))) return false
  return [atoll, opNode].every((line) => (readAt(line) ?? Infinity) >= first.header.number)
}

/** Number of the L1 block that a line comes of, if it says so. */
function readAt(line: string): bigint | undefined {
  const number = / from 0x\w+:(\d+)/.exec(line)?.[1]
  return number === undefined ? undefined : BigInt(number)
}

/** The known op-node bug behind a difference; undefined if there is none. */
export function explanationOf(of: Case, parting: Parting): string | undefined {
  return explanations.find(({ explains }) => explains(of, parting))?.name
}
