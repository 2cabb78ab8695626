import type { BusNames } from './bus-names.ts'
import type { Log, Subject } from './subject.ts'

/** A stream of the server, in the terms that every supported server knows. */
export interface StreamSpec {
  readonly name: string
  readonly subjects: readonly string[]
  readonly messagesPerSubject: number
  /** Absent: forever. */
  readonly maxAgeMs: number | undefined
  readonly maxBytes: number
  /** Whether a full stream refuses what is new or drops what is old. */
  readonly whenFull: 'refuse-new' | 'drop-old'
  readonly duplicateWindowMs: number
  readonly republish: { readonly source: string; readonly destination: string } | undefined
}

/** How long a lease that nobody renews is kept. */
export const leaseTtlMs = 10_000

const mebibyte = 1024 * 1024

/** The streams of one node: states, leases, and one for each that a log names. */
export function streamsOf(subjects: readonly Subject[], names: BusNames): readonly StreamSpec[] {
  const logs = subjects.filter((subject) => subject.kind === 'log')
  const ofLogs = new Set(logs.map(({ stream }) => stream))
  return [
    {
      name: names.stateStream,
      subjects: [names.stateRepublish.source],
      messagesPerSubject: 1,
      maxAgeMs: undefined,
      maxBytes: 16 * mebibyte,
      whenFull: 'refuse-new',
      duplicateWindowMs: 120_000,
      republish: names.stateRepublish,
    },
    {
      name: names.leaseStream,
      subjects: [names.leases],
      messagesPerSubject: 1,
      maxAgeMs: leaseTtlMs,
      maxBytes: mebibyte,
      whenFull: 'refuse-new',
      duplicateWindowMs: 1_000,
      republish: undefined,
    },
    ...[...ofLogs].map((stream) => logStreamSpec(logs, { stream, names })),
  ]
}

function logStreamSpec(
  logs: readonly Log<unknown>[],
  { stream, names }: { readonly stream: Log<unknown>['stream']; readonly names: BusNames },
): StreamSpec {
  return {
    name: names.logStream(stream),
    subjects: logs.filter((log) => log.stream === stream).map((log) => names.logEntry(log, '*')),
    messagesPerSubject: stream.entriesPerNumber,
    maxAgeMs: stream.maxAgeMs,
    maxBytes: stream.maxBytes,
    whenFull: 'drop-old',
    duplicateWindowMs: stream.duplicateWindowMs,
    republish: undefined,
  }
}
