import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { EngineLabels } from '#protocol/sync/sync-start.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { readLabels, refOf } from '#services/engine/client/read-blocks.ts'
import type { ClientPorts } from '#services/engine/ports.ts'
import { checkL2Chain } from './check-chains.ts'

/** The heads before and after a rewind. */
export interface Rewound {
  readonly before: EngineLabels
  readonly after: EngineLabels
}

/** Time to wait after a rewind. An engine that still runs restores its own head within this time. */
const settleMs = 1_000

/**
 * Rewinds the chain of an execution client to a block. The block becomes the unsafe head; the safe and finalized heads
 * are lowered to the block if they were above it. The engine must not run meanwhile. When the engine starts, it begins
 * a new generation.
 *
 * @throws Fault `rewind-refused`; `wrong-chain` if the client has another chain than the rollup config; faults of its
 * calls
 */
export async function rewindTo(number: bigint, ports: ClientPorts, clock: Clock): Promise<Rewound> {
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
    const why = status.kind === 'invalid' ? status.reason : 'it lacks the state of that block'
    throw refused(`the execution client does not rewind to block ${number}: ${why}`)
  }
  // A client may answer VALID and keep its head, as L1 clients do.
  const { unsafe: head } = await readLabels(ports)
  if (head.hash !== unsafe.hash)
    throw refused(
      `the execution client accepted block ${number} as its head, but stays at ${head.number}: use its own command, such as debug_setHead`,
    )
  await sleep(clock, settleMs)
  const { unsafe: settled } = await readLabels(ports)
  if (settled.hash === unsafe.hash) return { before, after }
  throw refused(
    `the execution client rewound to block ${number}, and is at ${settled.number} again: an engine drives it; stop that engine first`,
  )
}

function refused(detail: string): Fault {
  return new Fault('rewind-refused', { detail })
}
