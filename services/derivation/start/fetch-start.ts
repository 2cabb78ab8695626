import type { BlockId } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { Fault } from '#runtime/fault.ts'
import { type Calls, noBatcher } from '#services/derivation/calls/calls.ts'
import type { Context } from '#services/derivation/ports.ts'
import {
  type L2Id,
  type L2Source,
  readStart,
  type StartRequest,
  type StartResult,
} from './read-start.ts'

/**
 * Finds the first resume point that is on the execution client's chain. The resume points are safe heads of the
 * history.
 */
export async function findResumePoint(
  points: readonly BlockId[],
  calls: Calls,
  log: Context['log'],
): Promise<StartResult> {
  for (const { hash, number } of points) {
    const call = calls.l2({ block: { kind: 'number', number }, part: 'ref' })
    const tried = await calls.attempt('start', call)
    if (tried.kind === 'failed') return { kind: 'failed', error: tried.fault }
    const found = tried.value
    if (found.kind === 'not-found' || found.ref.hash !== hash) continue
    const block = { hash, number }
    log.info({ l2: block }, 'resumes at a block of the history')
    return { kind: 'resume-at', block }
  }
  return { kind: 'foreign-history' }
}

/** Reads the start of a session from da-watcher and engine. */
export async function fetchStart(
  config: RollupConfig,
  request: StartRequest,
  calls: Calls,
): Promise<StartResult> {
  try {
    const reading = readStart(config, request, {
      l2Block: (block) => l2Block(calls, block),
      l1Block: (number, batcher) => calls.canonicalL1(number, batcher),
      l1HashAt: async (number) => {
        const found = await calls.l1({ number, parentHash: undefined, batcher: noBatcher })
        return found.kind === 'block' ? found.block.hash : undefined
      },
    })
    const tried = await calls.attempt('start', reading)
    return tried.kind === 'failed' ? { kind: 'failed', error: tried.fault } : tried.value
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { kind: 'failed', error }
  }
}

async function l2Block(calls: Calls, block: L2Id): Promise<L2Source> {
  const found = await calls.l2({ block, part: 'payload' })
  if (found.kind === 'found' && found.part.kind === 'payload')
    return { ref: found.ref, payload: found.part.payload }
  const name = block.kind === 'hash' ? block.hash : block.number
  throw new Fault('l2-missing', { detail: `the execution client does not have block ${name}` })
}
