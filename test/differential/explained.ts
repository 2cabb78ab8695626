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
 * Whether a difference comes after an L1 block that activates Holocene and an older fork. At such a block op-node
 * handles only the older fork, and keeps the pipeline stages from before Holocene. An op-node that starts later has the
 * right ones.
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

/** Number of the L1 block from which the L2 block of a line was derived; undefined if the line has none. */
function readAt(line: string): bigint | undefined {
  const number = / from 0x\w+:(\d+)/.exec(line)?.[1]
  return number === undefined ? undefined : BigInt(number)
}

/** The known op-node bug behind a difference; undefined if there is none. */
export function explanationOf(of: Case, parting: Parting): string | undefined {
  return explanations.find(({ explains }) => explains(of, parting))?.name
}
