import { Fault, isFault } from '#runtime/fault.ts'
import { busHeaders } from './bus-headers.ts'
import { publishTimeoutMs, readTimeoutMs } from './bus-limits.ts'
import type { Connection, Incoming, Outgoing } from './connection.ts'

/** The acknowledgement of a stored message. */
export interface Ack {
  /** Sequence of this message, or of the message that was stored earlier with the same id. */
  readonly sequence: number
  readonly isDuplicate: boolean
}

/** Conditions of storing a message. */
export interface StoreOptions {
  /** Message id, by which a repeated message is stored only once. */
  readonly id: string
  /** Sequence that the newest message of the subject must have; 0 if the subject must have no message. */
  readonly expectedSequence?: number
}

/**
 * Publishes a message to the stream of its subject.
 *
 * @throws Fault `conflict` if `expectedSequence` is not the newest; `store-refused` for any other refusal;
 * `unavailable` if no stream has the subject; `timeout` without an acknowledgement, although the message may be stored
 */
export async function store(
  connection: Connection,
  message: Outgoing,
  { id, expectedSequence }: StoreOptions,
): Promise<Ack> {
  const headers = {
    ...message.headers,
    [busHeaders.messageId]: id,
    ...(expectedSequence !== undefined && {
      [busHeaders.expectedSequence]: String(expectedSequence),
    }),
  }
  const reply = await askStream(connection, { ...message, headers }, publishTimeoutMs)
  return parseAck(reply.data, message.subject)
}

/** A stored message. */
export interface Stored {
  readonly sequence: number
  readonly data: Uint8Array
  /** Whether the message is a deletion marker. */
  readonly isDeletion: boolean
  readonly header: (name: string) => string | undefined
}

/**
 * Reads the newest stored message of a subject.
 *
 * @throws Fault `unavailable` if there is no such stream; `timeout`
 */
export async function readNewest(
  connection: Connection,
  stream: string,
  subject: string,
): Promise<Stored | undefined> {
  const request = { subject: `$JS.API.DIRECT.GET.${stream}.${subject}`, data: nothing }
  const reply = await askStream(connection, request, readTimeoutMs)
  if (reply.status === notFound) return undefined
  if (reply.status !== 0)
    throw new Fault('unavailable', {
      detail: `direct get answered status ${reply.status}`,
      fields: { subject },
    })
  return {
    sequence: sequenceOf(reply),
    data: reply.data,
    isDeletion: reply.header(busHeaders.operation) !== undefined,
    header: reply.header,
  }
}

/** Sends a request to a stream. @throws Fault `unavailable` with advice if the stream does not exist */
async function askStream(
  connection: Connection,
  message: Outgoing,
  timeoutMs: number,
): Promise<Incoming> {
  try {
    return await connection.request(message, { timeoutMs })
  } catch (cause) {
    if (!isFault(cause, 'unavailable')) throw cause
    const detail = 'no stream exists for the subject; atoll bus provision creates the streams'
    throw new Fault('unavailable', { detail, cause, fields: cause.fields })
  }
}

const nothing = new Uint8Array()
const notFound = 404
/** JSStreamWrongLastSequenceErrF of the server's API. */
const wrongLastSequence = 10_071

function sequenceOf(message: Incoming): number {
  return Number(message.header(busHeaders.sequence))
}

function parseAck(data: Uint8Array, subject: string): Ack {
  const ack = JSON.parse(new TextDecoder().decode(data)) as {
    readonly seq?: number
    readonly duplicate?: boolean
    readonly error?: { readonly err_code?: number; readonly description?: string }
  }
  if (ack.error !== undefined) {
    const conflict = ack.error.err_code === wrongLastSequence
    throw new Fault(conflict ? 'conflict' : 'store-refused', {
      detail: ack.error.description ?? 'no reason given',
      fields: { subject },
    })
  }
  return { sequence: ack.seq ?? 0, isDuplicate: ack.duplicate ?? false }
}
