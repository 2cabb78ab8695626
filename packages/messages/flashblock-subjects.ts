import { type BuiltFlashblock, builtFlashblockCodec, flashblockNumber } from './built-flashblock.ts'
import {
  type FindPrefixRequest,
  findPrefixRequestCodec,
  type FindPrefixResponse,
  findPrefixResponseCodec,
} from './find-prefix.ts'
import { type Call, call, log, type Log, type Subject } from './subject.ts'

/** Limit on the sequences of flashblocks that are kept of one block: after a takeover there may be several. */
const maxSequencesPerBlock = 4

/** The parts of the block that this node builds, by block number and index. */
export const flashblockBuilt: Log<BuiltFlashblock> = log({
  name: 'engine.flashblock-built',
  summary:
    'The parts of the block that this node builds, executed and stored, by 256 times the block number plus index.',
  readers: ['flashblock-p2p', 'rpc'],
  codec: builtFlashblockCodec,
  number: ({ number, flashblock }) => flashblockNumber(number, flashblock.index),
  id: ({ flashblock }) =>
    `${flashblock.payloadId}:${flashblock.index}:${flashblock.diff.blockHash}`,
  stream: {
    name: 'FLASHBLOCK',
    entriesPerNumber: maxSequencesPerBlock,
    maxAgeMs: 120_000,
    maxBytes: 512 * 1024 * 1024,
    duplicateWindowMs: 120_000,
  },
})

/** Returns the flashblocks of the child of the unsafe head, for a new leader to take over. */
export const findPrefix: Call<FindPrefixRequest, FindPrefixResponse> = call({
  name: 'engine.find-prefix',
  summary: 'The flashblocks of the child of the unsafe head, for a new leader to take over.',
  callers: ['sequencer'],
  request: findPrefixRequestCodec,
  response: findPrefixResponseCodec,
})

/** The subjects of flashblocks, a part of the table of all subjects. */
export const flashblockSubjects: readonly Subject[] = [flashblockBuilt, findPrefix]
