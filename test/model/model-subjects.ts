import { safeAtCodec, type SafeAt } from '#messages/safe-at.ts'
import { type Signal, signal, type Subject } from '#messages/subject.ts'
import { subjects } from '#messages/subjects.ts'

/** A hint that a block became safe: the model's one message that may be lost for good. */
export const blockHint: Signal<SafeAt> = signal({
  name: 'engine.block-hint',
  summary: 'A hint that a block became safe.',
  readers: ['rpc'],
  codec: safeAtCodec,
})

/** Atoll's own table and the hint: every kind of message. */
export const modelSubjects: readonly Subject[] = [...subjects, blockHint]
