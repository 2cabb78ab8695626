import { type Logger, pino, stdSerializers } from 'pino'
import { isFault } from './fault.ts'
import { faultRule } from './fault-codes.ts'
import { LogOutput } from './log-output.ts'
import { type LogEntry, logfmtOfEntry, textOfEntry } from './log-text.ts'
import { widthOf } from './screen/lines.ts'
import type { ServiceSettings } from './settings/service-settings.ts'

/** Options of a log. */
export interface LogOptions extends Pick<ServiceSettings, 'logLevel' | 'logFormat'> {
  /** Fields of every line, such as `service`, `chainId`, `instance`. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Receives each entry instead of the standard output. */
  readonly onLog?: OnLog | undefined
}

/** Receives text of a log: one or more whole lines, each with its line end. */
export type OnLog = (text: string) => void

/** Logs to standard output: text on a terminal, JSON elsewhere. */
export function createLog({ logLevel, logFormat, fields, onLog }: LogOptions): Logger {
  const options = {
    level: logLevel,
    base: fields,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: serializeError },
  }
  const format = logFormat === 'auto' ? (process.stdout.isTTY ? 'text' : 'json') : logFormat
  if (onLog !== undefined) {
    const write = (json: string) => onLog(formatted(json, { format, toText: withoutScreen }))
    return pino(options, { write })
  }
  const output = new LogOutput((lines) =>
    log.warn({ lines }, 'log lines were lost while the disk failed'),
  )
  const write = (json: string) => void output.write(formatted(json, { format, toText: onScreen }))
  const log = pino(options, format === 'json' ? output : { write })
  return log
}

function formatted(
  json: string,
  {
    format,
    toText,
  }: { readonly format: 'json' | 'text' | 'logfmt'; readonly toText: (entry: LogEntry) => string },
): string {
  if (format === 'json') return json
  const entry = JSON.parse(json) as LogEntry
  return format === 'logfmt' ? logfmtOfEntry(entry) : toText(entry)
}

function withoutScreen(entry: LogEntry): string {
  return textOfEntry(entry, { width: undefined, hasColors: false })
}

/** The size of a terminal is read for each entry, since it may change. */
function onScreen(entry: LogEntry): string {
  const { stdout } = process
  if (!stdout.isTTY) return withoutScreen(entry)
  return textOfEntry(entry, { width: widthOf(stdout), hasColors: stdout.hasColors() })
}

/** Formats an error and its causes. A fault has code, fields, and advice if critical; other errors have a stack. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const cause = error.cause === undefined ? {} : { cause: serializeError(error.cause) }
  if (isFault(error)) {
    const { severity, advice } = faultRule(error.code)
    const help = severity === 'critical' ? { advice } : {}
    return { code: error.code, message: error.message, ...help, ...error.fields, ...cause }
  }
  const { type, message, stack } = stdSerializers.err(error)
  return { type, message, stack, ...cause }
}
