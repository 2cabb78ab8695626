/** Names of the headers of the bus and of the server. Traces add `traceparent` and `tracestate` (`bus-context.ts`). */
export const busHeaders = {
  /** Full protobuf name of the body. */
  type: 'Atoll-Type',
  /** The instance that sent the message. */
  instance: 'Atoll-Instance',
  /** Orders the writes of a state: the writer's start in Unix milliseconds, a dot, and a count from 1. */
  version: 'Atoll-Version',
  /** Unix milliseconds after which the caller no longer waits for the answer. */
  deadline: 'Atoll-Deadline',
  /** Code of the fault in the body. */
  error: 'Atoll-Error',
  /** Message id: the stream stores it once within its window. */
  messageId: 'Nats-Msg-Id',
  /** Condition: the subject's newest message has this sequence; 0 means the subject has no message. */
  expectedSequence: 'Nats-Expected-Last-Subject-Sequence',
  /** Sequence of a message that was read from a stream, or republished by it. */
  sequence: 'Nats-Sequence',
  /** When a message that was read from a stream was stored, as RFC 3339. */
  storedAt: 'Nats-Time-Stamp',
  /** `DEL` marks the deletion of a key. */
  operation: 'KV-Operation',
} as const
