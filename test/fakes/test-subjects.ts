import { type FetchL1BlockResponse, fetchL1BlockResponseCodec } from '#messages/fetch-l1-block.ts'
import { type SafeAt, safeAtCodec } from '#messages/safe-at.ts'
import { type Log, log, type Signal, signal, type Subject } from '#messages/subject.ts'
import { subjects } from '#messages/subjects.ts'
import type { MessageCodec } from '#messages/wire/message-codec.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'

/** A signal, which may be lost: a hint that a block became safe. */
export const blockHint: Signal<SafeAt> = signal({
  name: 'engine.block-hint',
  summary: 'A hint that a block became safe.',
  readers: ['rpc'],
  codec: safeAtCodec,
})

/** A codec for a single L1 block of any size. Atoll's own bus sends blocks only as answers. */
export const blockCodec: MessageCodec<L1Block> = {
  type: fetchL1BlockResponseCodec.type,
  encode: (block) => fetchL1BlockResponseCodec.encode({ kind: 'block', block }),
  decode: (bytes) => blockOf(fetchL1BlockResponseCodec.decode(bytes)),
}

/** A log of entries as large as gossiped payloads. */
export const bulkLog: Log<L1Block> = log({
  name: 'derivation.bulk',
  summary: 'Entries as large as gossiped payloads.',
  readers: ['rpc'],
  codec: blockCodec,
  number: ({ number }) => number,
  id: ({ number }) => String(number),
  stream: { name: 'BULK', entriesPerNumber: 4, maxBytes: 1024 ** 3, duplicateWindowMs: 120_000 },
})

/** Atoll's table of subjects, and in addition a signal and a log of large entries. */
export const testSubjects: readonly Subject[] = [...subjects, blockHint, bulkLog]

function blockOf(response: FetchL1BlockResponse): L1Block {
  if (response.kind !== 'block') throw new Error('not an entry of this log')
  return response.block
}
