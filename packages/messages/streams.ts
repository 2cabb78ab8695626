import type { BusNames, StateKind } from './bus-names.ts'
import type { Log, Subject } from './subject.ts'

/** A stream of the server, with options that every supported server has. */
export interface StreamSpec {
  readonly name: string
  readonly subjects: readonly string[]
  readonly messagesPerSubject: number
  /** undefined means no limit. */
  readonly maxAgeMs: number | undefined
  readonly maxBytes: number
  /** Whether a full stream refuses new messages or drops the oldest. */
  readonly whenFull: 'refuse-new' | 'drop-old'
  readonly duplicateWindowMs: number
  readonly republish: { readonly source: string; readonly destination: string } | undefined
}

/** How long a lease is kept without renewal. */
export const leaseTtlMs = 10_000

/**
 * How long the last state of an instance is kept. The state expires since instance names may change, like names of
 * pods.
 */
const instanceStateTtlMs = 600_000

const mebibyte = 1024 * 1024

/** The streams of one node, for its states, its leases and its logs. */
export function streamsOf(subjects: readonly Subject[], names: BusNames): readonly StreamSpec[] {
  const logs = subjects.filter((subject) => subject.kind === 'log')
  const ofLogs = new Set(logs.map(({ stream }) => stream))
  return [
    {
      ...stateStreamSpec(names, { perInstance: false }),
      maxAgeMs: undefined,
      maxBytes: 16 * mebibyte,
      whenFull: 'refuse-new',
    },
    {
      ...stateStreamSpec(names, { perInstance: true }),
      maxAgeMs: instanceStateTtlMs,
      maxBytes: 16 * mebibyte,
      whenFull: 'drop-old',
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

function stateStreamSpec(names: BusNames, kind: StateKind) {
  const republish = names.stateRepublish(kind)
  return {
    name: names.stateStream(kind),
    subjects: [republish.source],
    messagesPerSubject: 1,
    duplicateWindowMs: 120_000,
    republish,
  }
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
