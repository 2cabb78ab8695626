import {
  type BuiltFlashblock,
  builtFlashblockCodec,
  firstFlashblockNumber,
  flashblockNumber,
} from './built-flashblock.ts'
import { type CheckedFlashblock, checkedFlashblockCodec } from './checked-flashblock.ts'
import {
  type FetchFlashblocksRequest,
  fetchFlashblocksRequestCodec,
  type FetchFlashblocksResponse,
  fetchFlashblocksResponseCodec,
} from './fetch-flashblocks.ts'
import {
  type FindPrefixRequest,
  findPrefixRequestCodec,
  type FindPrefixResponse,
  findPrefixResponseCodec,
} from './find-prefix.ts'
import { type ReceivedFlashblock, receivedFlashblockCodec } from './received-flashblock.ts'
import {
  type SignAuthorizationRequest,
  signAuthorizationRequestCodec,
  type SignAuthorizationResponse,
  signAuthorizationResponseCodec,
} from './sign-authorization.ts'
import {
  type Call,
  call,
  log,
  type Log,
  type LogStream,
  type Signal,
  signal,
  type Subject,
} from './subject.ts'

/** Limit on the sequences of flashblocks that are kept of one block: after a takeover there may be several. */
const maxSequencesPerBlock = 4

/** Storage of both logs of flashblocks. */
const flashblockStream: LogStream = {
  name: 'FLASHBLOCK',
  entriesPerNumber: maxSequencesPerBlock,
  maxAgeMs: 120_000,
  maxBytes: 512 * 1024 * 1024,
  duplicateWindowMs: 120_000,
}

/** The parts of the block that this node builds, by block number and index. */
export const flashblockBuilt: Log<BuiltFlashblock> = log({
  name: 'engine.flashblock-built',
  summary:
    'The parts of the block that this node builds, executed and stored, by 256 times the block number plus index.',
  readers: ['flashblock-p2p', 'rpc'],
  codec: builtFlashblockCodec,
  number: ({ number, flashblock }) => flashblockNumber(number, flashblock.index),
  firstOf: firstFlashblockNumber,
  id: ({ flashblock }) =>
    `${flashblock.payloadId}:${flashblock.index}:${flashblock.diff.blockHash}`,
  stream: flashblockStream,
})

/** Flashblocks of other builders, by block number and index. */
export const flashblockReceived: Log<ReceivedFlashblock> = log({
  name: 'flashblock-p2p.flashblock-received',
  summary: 'Flashblocks of other builders, by 256 times the block number plus index.',
  readers: ['engine', 'rpc', 'flashblock-p2p'],
  codec: receivedFlashblockCodec,
  number: ({ number, flashblock }) => flashblockNumber(number, flashblock.index),
  firstOf: firstFlashblockNumber,
  // A flashblock that was refused for a gap arrives again. The engine recognises a repeat by itself.
  id: ({ flashblock, receivedMs }) =>
    `${flashblock.payloadId}:${flashblock.index}:${flashblock.diff.blockHash}:${receivedMs}`,
  stream: flashblockStream,
})

/**
 * The outcome for a flashblock of another builder. It becomes an acknowledgement to the sender, or a bad score. An
 * executed flashblock can be pending for users.
 */
export const flashblockChecked: Signal<CheckedFlashblock> = signal({
  name: 'engine.flashblock-checked',
  summary:
    'The outcome for a flashblock of another builder; it becomes an acknowledgement to the sender, and pending of users.',
  readers: ['flashblock-p2p', 'rpc'],
  codec: checkedFlashblockCodec,
})

/** Returns the flashblocks of the child of the unsafe head, for a new leader to take over. */
export const findPrefix: Call<FindPrefixRequest, FindPrefixResponse> = call({
  name: 'engine.find-prefix',
  summary: 'The flashblocks of the child of the unsafe head, for a new leader to take over.',
  callers: ['sequencer'],
  request: findPrefixRequestCodec,
  response: findPrefixResponseCodec,
})

/** Asks the other builders for their flashblocks of an unfinished block, and returns when the engine has them. */
export const fetchFlashblocks: Call<FetchFlashblocksRequest, FetchFlashblocksResponse> = call({
  name: 'flashblock-p2p.fetch-flashblocks',
  summary:
    'Asks the other builders for their flashblocks of the child of a block, before a new leader takes it over.',
  callers: ['sequencer'],
  request: fetchFlashblocksRequestCodec,
  response: fetchFlashblocksResponseCodec,
})

/** Returns the signature of the sequencer over the permission for a builder to publish flashblocks. */
export const signAuthorization: Call<SignAuthorizationRequest, SignAuthorizationResponse> = call({
  name: 'gossip.sign-authorization',
  summary:
    'The signature of the sequencer over the permission for a builder to publish the flashblocks of one block.',
  callers: ['flashblock-p2p'],
  request: signAuthorizationRequestCodec,
  response: signAuthorizationResponseCodec,
})

/** The subjects of flashblocks, a part of the table of all subjects. */
export const flashblockSubjects: readonly Subject[] = [
  flashblockBuilt,
  flashblockReceived,
  flashblockChecked,
  findPrefix,
  fetchFlashblocks,
  signAuthorization,
]
