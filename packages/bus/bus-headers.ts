/** Headers of the bus and of the server, as they stand on the wire. */
export const busHeaders = {
  /** Full protobuf name of the body. */
  type: 'Atoll-Type',
  /** The instance that sent it. */
  instance: 'Atoll-Instance',
  /** Orders the writes of a state: the writer's start in Unix milliseconds, a dot, and a count from 1. */
  version: 'Atoll-Version',
  /** Unix milliseconds at which nobody waits for the answer any more. */
  deadline: 'Atoll-Deadline',
  /** Code of the fault that the body holds. */
  error: 'Atoll-Error',
  /** Stored once for the same value, within the stream's window. */
  messageId: 'Nats-Msg-Id',
  /** Stored only if the subject's newest message has this sequence; 0 means there is none. */
  expectedSequence: 'Nats-Expected-Last-Subject-Sequence',
  /** Sequence of a message that was read from, or sent on by, a stream. */
  sequence: 'Nats-Sequence',
  /** When a message that was read from a stream was stored, as RFC 3339. */
  storedAt: 'Nats-Time-Stamp',
  /** `DEL` marks the deletion of a key. */
  operation: 'KV-Operation',
} as const
