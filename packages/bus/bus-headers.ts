/**
 * Names of the headers of messages. Some are Atoll's own, the others belong to the NATS server. Traces add
 * `traceparent` and `tracestate` (`bus-context.ts`).
 */
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
  /** Message id. A stream stores only one message with this id during the stream's duplicate window. */
  messageId: 'Nats-Msg-Id',
  /** Sequence that the newest message of the subject must have; 0 if the subject must have no message. */
  expectedSequence: 'Nats-Expected-Last-Subject-Sequence',
  /** Sequence of a message that was read from a stream, or that the stream republished. */
  sequence: 'Nats-Sequence',
  /** For a message that was read from a stream: the time at which the stream stored it, in RFC 3339. */
  storedAt: 'Nats-Time-Stamp',
  /** `DEL` marks the deletion of a key. */
  operation: 'KV-Operation',
} as const
