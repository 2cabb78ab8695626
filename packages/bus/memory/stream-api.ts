import { busHeaders } from '#bus/bus-headers.ts'
import { parseStreamConfig, type StreamConfig, toStreamConfig } from '#bus/stream-config.ts'
import { type Clock, toIsoTime } from '#runtime/clock.ts'
import type { Frame } from './memory-connection.ts'
import { type KeptMessage, MemoryStream } from './memory-stream.ts'
import { subjectMatches } from './subject-match.ts'

interface Store {
  readonly streams: Map<string, MemoryStream>
  readonly clock: Clock
}

/**
 * Answers a request to the server's stream API, for the methods that the bus uses.
 *
 * @returns undefined if a real server would have no responder, as for a direct get from a missing stream
 */
export function answerStreamApi(
  store: Store,
  { subject, data }: Frame,
): Omit<Frame, 'subject'> | undefined {
  const [, , noun, verb, name = '', ...rest] = subject.split('.')
  if (noun === 'DIRECT' && verb === 'GET') return directGet(store.streams.get(name), rest.join('.'))
  if (noun === 'INFO') return json({ streams: store.streams.size })
  if (noun !== 'STREAM') return undefined
  switch (verb) {
    case 'INFO':
      return json(streamInfo(store.streams.get(name), data))
    case 'CREATE':
    case 'UPDATE':
      return json(putStream(store, data))
    default:
      return undefined
  }
}

function directGet(
  stream: MemoryStream | undefined,
  subject: string,
): Omit<Frame, 'subject'> | undefined {
  if (stream === undefined) return undefined
  const message = stream.newest(subject)
  return message === undefined
    ? { data: new Uint8Array(), status: 404 }
    : { data: message.data, headers: readHeaders(message) }
}

function readHeaders({ headers, sequence, storedMs }: KeptMessage): Record<string, string> {
  return {
    ...headers,
    [busHeaders.sequence]: String(sequence),
    [busHeaders.storedAt]: toIsoTime(storedMs),
  }
}

function putStream(store: Store, data: Uint8Array): object {
  const spec = parseStreamConfig(parseJson(data) as StreamConfig)
  const stream = store.streams.get(spec.name)
  if (stream === undefined) store.streams.set(spec.name, new MemoryStream(spec, store.clock))
  else stream.spec = spec
  return { config: toStreamConfig(spec) }
}

function streamInfo(stream: MemoryStream | undefined, data: Uint8Array): object {
  if (stream === undefined)
    return { error: { code: 404, err_code: 10_059, description: 'stream not found' } }
  const { subjects_filter: filter } = parseJson(data) as { readonly subjects_filter?: string }
  const subjects = filter === undefined ? [] : stream.subjects()
  return {
    config: toStreamConfig(stream.spec),
    state: {
      messages: stream.messages,
      bytes: stream.bytes,
      last_seq: stream.lastSequence,
      subjects: Object.fromEntries(
        subjects
          .filter((subject) => subjectMatches(filter ?? '', subject))
          .map((name) => [name, 1]),
      ),
    },
  }
}

function parseJson(data: Uint8Array): unknown {
  return data.length === 0 ? {} : JSON.parse(new TextDecoder().decode(data))
}

function json(value: object): Omit<Frame, 'subject'> {
  return { data: new TextEncoder().encode(JSON.stringify(value)) }
}
