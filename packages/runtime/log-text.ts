import { toLogTime } from './clock.ts'
import { cut, wrap } from './screen/lines.ts'
import { shortBlock, shortHash } from './screen/short-block.ts'

/** An entry of the log, parsed from its JSON. */
export type LogEntry = Readonly<Record<string, unknown>> & {
  readonly level: string
  /** ISO 8601, in UTC. */
  readonly time: string
  readonly msg: string
}

/** The output on which an entry is shown. */
export interface LogScreen {
  /** Undefined if the output is not a terminal. An entry is then one line of any length. */
  readonly width: number | undefined
  readonly hasColors: boolean
}

/**
 * Fields that are not listed after the message: they have a place of their own in a line, or are the same in each line
 * of a process.
 */
const placed = new Set(['level', 'time', 'msg', 'service', 'chainId', 'instance'])

/** Colors of the levels, as in op-node. */
const colors: Readonly<Record<string, number>> = { error: 31, warn: 33, info: 32, debug: 36 }

const indent = 4

/**
 * Formats an entry in the form of op-node's terminal log, with the service before the message:
 * `INFO [06-15|12:34:56.789] engine: progress safe=144:0xc115…fd blocks=12`.
 *
 * On a terminal, an entry at level info is one line: fields without room are omitted, which `…` indicates. Entries at
 * other levels are wrapped. Only an error at level `error` has its stack, in lines below.
 */
export function textOfEntry(entry: LogEntry, { width, hasColors }: LogScreen): string {
  const { level, time, msg, service } = entry
  const name = typeof service === 'string' ? `${service}: ` : ''
  const head = `${level.toUpperCase().padEnd(5)}[${toLogTime(time)}] ${name}${oneLine(msg)}`
  const text = [head, ...fieldsOf(entry, shownShort).map(([key, value]) => `${key}=${value}`)].join(
    ' ',
  )
  const lines = [
    ...(width === undefined ? [text] : fit(text, { width, level, head })),
    ...(level === 'error' ? stackOf(entry['error']) : []),
  ]
  const shown = lines.join('\n')
  const color = hasColors ? colors[level] : undefined
  if (color === undefined) return `${shown}\n`
  return `\u001B[${color}m${shown.slice(0, level.length)}\u001B[0m${shown.slice(level.length)}\n`
}

/** Formats an entry in logfmt, as op-node does if its output is not a terminal. Blocks have their whole hash. */
export function logfmtOfEntry(entry: LogEntry): string {
  const { level, time, msg, service, chainId, instance } = entry
  const stack = stackOf(entry['error']).join('\n')
  const shown = Object.entries({ t: time, lvl: level, msg, service, chainId, instance })
  const fields = [
    ...shown.flatMap(([key, value]) => (value === undefined ? [] : [[key, shownWhole(value)]])),
    ...fieldsOf(entry, shownWhole),
    ...(stack === '' ? [] : [['stack', quoted(stack)]]),
  ]
  return `${fields.map(([key, value]) => `${key}=${value}`).join(' ')}\n`
}

/**
 * Fits the text of an entry to the width of the terminal. At level info, the text is cut to one line if the message
 * itself fits in the line. In all other cases the text is wrapped.
 */
function fit(
  text: string,
  { width, level, head }: { readonly width: number; readonly level: string; readonly head: string },
): readonly string[] {
  const isCut = level === 'info' && head.length + ' …'.length <= width
  return isCut ? [cut(text, width)] : wrap(text, { width, indent })
}

type Shown = (value: unknown) => string

/** The fields of an entry, with their values as text. Objects are split into their fields. */
function fieldsOf(entry: LogEntry, shown: Shown): readonly (readonly [string, string])[] {
  const { error, ...fields } = entry
  const own = Object.entries(fields).filter(([key]) => !placed.has(key))
  return [...(error === undefined ? [] : errorFields(error, shown)), ...flatten(own, shown)]
}

function flatten(
  fields: readonly (readonly [string, unknown])[],
  shown: Shown,
): readonly (readonly [string, string])[] {
  return fields.flatMap(([key, value]) => {
    if (value === undefined || value === null) return []
    if (!isRecord(value) || isBlock(value)) return [[key, shown(value)]]
    const inner = Object.entries(value).map(([name, part]) => [`${key}.${name}`, part] as const)
    return flatten(inner, shown)
  })
}

/** An error and its causes as one field, and the fields of those errors that are faults. */
function errorFields(error: unknown, shown: Shown): readonly (readonly [string, string])[] {
  if (!isRecord(error)) return [['error', shown(error)]]
  const chain = causesOf(error)
  const messages: string[] = []
  for (const { message, type } of chain) {
    const kind = typeof type === 'string' && type !== 'Error' ? `${type}: ` : ''
    const text = oneLine(`${kind}${String(message)}`)
    // Many messages include the message of their cause.
    if (!messages.some((before) => before.includes(text))) messages.push(text)
  }
  const fields = Object.assign({}, ...chain.toReversed()) as Record<string, unknown>
  const own = Object.entries(fields).filter(([key]) => !errorParts.has(key))
  return [['error', quoted(messages.join(': '))], ...flatten(own, shown)]
}

/** Fields of a serialized error that are shown in another way. The code of a fault is the beginning of its message. */
const errorParts = new Set(['message', 'code', 'type', 'stack', 'cause'])

function causesOf(error: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  const { cause } = error
  return [error, ...(isRecord(cause) ? causesOf(cause) : [])]
}

/** The calls that led to an error that is not a fault, with paths from the checkout. */
function stackOf(error: unknown): readonly string[] {
  const chain = isRecord(error) ? causesOf(error) : []
  const stack = chain.map((part) => part['stack']).find((text) => typeof text === 'string')
  const calls = stack?.split('\n').filter((line) => /^\s+at /u.test(line)) ?? []
  return calls.map((line) => line.replace(checkout, ''))
}

const checkout = new URL('../../', import.meta.url).href

function shownShort(value: unknown): string {
  if (isBlock(value)) return shortBlock(value)
  if (typeof value === 'string' && hashOrAddress.test(value)) return shortHash(value)
  return shownWhole(value)
}

function shownWhole(value: unknown): string {
  if (isBlock(value)) return `${value.number}:${value.hash}`
  if (typeof value === 'string') return quoted(value)
  return Array.isArray(value) ? quoted(value.map(String).join(',')) : String(value)
}

const hash = /^0x[0-9a-f]{64}$/u

const hashOrAddress = /^0x(?:[0-9a-f]{40}|[0-9a-f]{64})$/iu

interface Block {
  readonly number: number
  readonly hash: string
}

function isBlock(value: unknown): value is Block {
  return isRecord(value) && typeof value['number'] === 'number' && hash.test(String(value['hash']))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text as the value of a field. The text is in quotes if it is not one word. */
function quoted(text: string): string {
  if (/^[^\s"=\p{Cc}]+$/u.test(text)) return text
  // JSON does not escape all characters that control a terminal.
  return JSON.stringify(text).replaceAll(/\p{Cc}/gu, ' ')
}

/** Replaces line breaks and other control characters, since a text may quote a foreign message. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*\p{Cc}+\s*/gu, ' ')
}
