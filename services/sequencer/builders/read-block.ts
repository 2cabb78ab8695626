import { fetchL2Block } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { Bus } from '#bus/bus.ts'
import { Fault } from '#runtime/fault.ts'

/** Reads a block of the execution client. @throws Fault of the call; `l2-missing` if there is no such block */
export type ReadBlock = (hash: Hash) => Promise<Payload>

/** Deadline of the call. */
const deadlineMs = 2_000

/** Makes a function that reads blocks over the bus. */
export function blockReader(bus: Pick<Bus, 'call'>): ReadBlock {
  return async (hash) => {
    const request = { block: { kind: 'hash', hash }, part: 'payload' } as const
    const found = await bus.call(fetchL2Block, request, { deadlineMs })
    if (found.kind === 'found' && found.part.kind === 'payload') return found.part.payload
    throw new Fault('l2-missing', { detail: `the execution client does not have block ${hash}` })
  }
}
