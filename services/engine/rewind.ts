import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { EngineLabels } from '#protocol/sync/sync-start.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { checkL2Chain, readLabels, refOf } from './find-start.ts'
import type { EngineClientPorts } from './ports.ts'

/** The heads before and after. */
export interface Rewound {
  readonly before: EngineLabels
  readonly after: EngineLabels
}

/** An engine that runs after all takes its head back within this time. */
const settleMs = 1_000

/**
 * Takes the chain of an execution client back to a block: it becomes the unsafe head, and the safe and the finalized head if they
 * were above it. The engine must not run meanwhile; when it starts, it goes on from there, in a new generation.
 *
 * @throws Fault `rewind-refused` that says why, `wrong-chain`; else as the execution client does
 */
export async function rewindTo(
  number: bigint,
  ports: EngineClientPorts,
  clock: Clock,
): Promise<Rewound> {
  const { config, executionClient } = ports
  await checkL2Chain(ports)
  const before = await readLabels(ports)
  const genesis = config.genesis.l2.number
  if (number < genesis || number > before.unsafe.number)
    throw refused(`want a block from ${genesis}, the genesis, to ${before.unsafe.number}, the head`)
  const block = await executionClient.block({ kind: 'number', number })
  if (block === undefined)
    throw refused(`the execution client does not have block ${number} any more`)
  const unsafe = refOf(config, block)
  const lowered = (head: L2BlockRef | undefined) =>
    head !== undefined && head.number > number ? unsafe : head
  const after = { unsafe, safe: lowered(before.safe), finalized: lowered(before.finalized) }
  const status = await executionClient.forkchoice({
    head: unsafe.hash,
    safe: after.safe?.hash,
    finalized: after.finalized?.hash,
  })
  if (status.kind !== 'valid') {
    const why = status.kind === 'invalid' ? status.reason : 'it does not have its state any more'
    throw refused(`the execution client does not go back to block ${number}: ${why}`)
  }
  // A client may answer that a head is valid and stay where it is, as those of L1 do.
  const { unsafe: head } = await readLabels(ports)
  if (head.hash !== unsafe.hash)
    throw refused(
      `the execution client took block ${number} as its head, but stays at ${head.number}: use its own command, such as debug_setHead`,
    )
  await sleep(clock, settleMs)
  const { unsafe: settled } = await readLabels(ports)
  if (settled.hash === unsafe.hash) return { before, after }
  throw refused(
    `the execution client went back to block ${number}, and is at ${settled.number} again: an engine drives it; stop that first`,
  )
}

function refused(detail: string): Fault {
  return new Fault('rewind-refused', { detail })
}
