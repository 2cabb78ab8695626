import { isActive } from '#protocol/chains/chain-spec.ts'
import { type HardforkName, hardforkNames } from '#protocol/chains/hardforks.ts'
import type { PipelineEvent } from '#protocol/pipeline/pipeline.ts'
import type { Case, CaseL1 } from './build-case.ts'
import type { Parting } from './compare.ts'

/** A kind of difference that a bug or an older rule of op-node causes. docs/derivation-notes.md describes each kind. */
export interface Explanation {
  readonly name: string
  readonly explains: (of: Case, parting: ReportedParting) => boolean
}

/** The first difference, and the events that Atoll reported in the case. */
export interface ReportedParting extends Parting {
  readonly events: readonly PipelineEvent[]
}

const explanations: readonly Explanation[] = [
  { name: 'holocene-with-another-fork', explains: isAfterForkWithHolocene },
  { name: 'post-exec-slots', explains: isAfterPostExecSlot },
]

/**
 * op-node v1.19.6 accepts a span batch whose post-exec transaction has a signature, a nonce, a gas limit or a
 * recipient. The specification and later versions of op-node do not accept it.
 */
function isAfterPostExecSlot(_: Case, { atoll, opNode, events }: ReportedParting): boolean {
  const skipped = events.find(({ reason }) => reason === 'post-exec-slot')
  if (skipped === undefined) return false
  return [atoll, opNode].every((line) => (readAt(line) ?? skipped.l1.number) >= skipped.l1.number)
}

/**
 * Whether a difference comes after an L1 block that activates Holocene and an older fork. At such a block op-node
 * handles only the older fork, and keeps the pipeline stages from before Holocene. An op-node that starts later has
 * Holocene's stages.
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

/** Number of the L1 block from which the L2 block of a line was derived; undefined if the line has no such number. */
function readAt(line: string): bigint | undefined {
  const number = / from 0x\w+:(\d+)/.exec(line)?.[1]
  return number === undefined ? undefined : BigInt(number)
}

/** The known bug or older rule of op-node behind a difference; undefined if there is none. */
export function explanationOf(of: Case, parting: ReportedParting): string | undefined {
  return explanations.find(({ explains }) => explains(of, parting))?.name
}
