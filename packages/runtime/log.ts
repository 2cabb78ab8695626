import { type Logger, pino, stdSerializers } from 'pino'
import pretty from 'pino-pretty'
import { isFault } from './fault.ts'
import { faultRule } from './fault-codes.ts'
import { LogOutput } from './log-output.ts'
import type { ServiceSettings } from './settings/service-settings.ts'

/** Options of a log. */
export interface LogOptions extends Pick<ServiceSettings, 'logLevel' | 'logFormat'> {
  /** Fields of every line, such as `service`, `chainId`, `instance`. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Logs to standard output: text on a terminal, JSON elsewhere. */
export function createLog({ logLevel, logFormat, fields }: LogOptions): Logger {
  const isText = logFormat === 'text' || (logFormat === 'auto' && process.stdout.isTTY)
  const options = {
    level: logLevel,
    base: fields,
    timestamp: isText ? pino.stdTimeFunctions.epochTime : pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: serializeError },
  }
  const output = new LogOutput((lines) =>
    log.warn({ lines }, 'log lines were lost while the disk failed'),
  )
  const ignore = 'pid,hostname,chainId,instance'
  const stream = isText ? pretty({ destination: output, ignore, singleLine: true }) : output
  const log = pino(options, stream)
  return log
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
