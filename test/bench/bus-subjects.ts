import { type Call, call, type Log, log, type State, state } from '#messages/subject.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import { blockCodec } from '#test/fakes/test-subjects.ts'

// Subjects of every kind, for messages of any size. Da-watcher writes and calls. Derivation and engine read and answer.

const stream = { entriesPerNumber: 1, maxBytes: 512 * 1024 ** 2, duplicateWindowMs: 2_000 }

export const measuredState: State<L1Block> = state({
  name: 'da-watcher.measured-state',
  summary: 'One hop by state.',
  readers: ['derivation'],
  codec: blockCodec,
})

export const measuredLog: Log<L1Block> = log({
  name: 'da-watcher.measured-log',
  summary: 'One hop by log.',
  readers: ['derivation'],
  codec: blockCodec,
  number: ({ number }) => number,
  id: ({ number }) => String(number),
  stream: { name: 'MEASURED', ...stream },
})

export const measuredCall: Call<L1Block, L1Block> = call({
  name: 'engine.measured-call',
  summary: 'One call, there and back.',
  callers: ['da-watcher'],
  request: blockCodec,
  response: blockCodec,
})

/** The first hop of the chain, to derivation. */
export const chainHead: State<L1Block> = state({
  name: 'da-watcher.chain-head',
  summary: 'First hop of the chain.',
  readers: ['derivation'],
  codec: blockCodec,
})

/** The second hop, to the engine. */
export const chainApply: Call<L1Block, L1Block> = call({
  name: 'engine.chain-apply',
  summary: 'Second hop of the chain.',
  callers: ['derivation'],
  request: blockCodec,
  response: blockCodec,
})

/** The third hop, back to derivation. */
export const chainState: State<L1Block> = state({
  name: 'engine.chain-state',
  summary: 'Third hop of the chain.',
  readers: ['derivation'],
  codec: blockCodec,
})

/** The fourth hop, to the observer. */
export const chainSafe: Log<L1Block> = log({
  name: 'derivation.chain-safe',
  summary: 'Fourth hop of the chain.',
  readers: ['da-watcher'],
  codec: blockCodec,
  number: ({ number }) => number,
  id: ({ number }) => String(number),
  stream: { name: 'CHAIN_SAFE', ...stream },
})

export const benchSubjects = [
  measuredState,
  measuredLog,
  measuredCall,
  chainHead,
  chainApply,
  chainState,
  chainSafe,
] as const
