import { type Logger, pino, stdSerializers } from 'pino'
import pretty from 'pino-pretty'
import { isFault } from './fault.ts'
import { faultRule } from './fault-codes.ts'
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
  const output = standardOutput((lines) =>
    log.warn({ lines }, 'log lines were lost while the disk failed'),
  )
  const ignore = 'pid,hostname,chainId,instance'
  const stream = isText ? pretty({ destination: output, ignore, singleLine: true }) : output
  const log = pino(options, stream)
  return log
}

/** Limit on the lines that wait for a standard output whose disk is full; further lines are lost. */
export const keptLogBytes = 64 * 1024

/**
 * Standard output, which may be a file on a disk that is full for a while: a failed write must not end the process. Lines
 * up to `keptLogBytes` are written with the next line that finds room. Writes are synchronous, so that a line that
 * explains why a process stops is written before the process ends.
 */
function standardOutput(onLost: (lines: number) => void): ReturnType<typeof pino.destination> {
  const output = pino.destination({ dest: 1, sync: true, maxLength: keptLogBytes })
  let lost = 0
  output.on('error', ignoreFailure)
  output.on('drop', () => lost++)
  output.on('write', () => {
    if (lost === 0) return
    const lines = lost
    lost = 0
    setImmediate(() => onLost(lines))
  })
  return output
}

/** The line stays in the buffer, and a log cannot report its own failure. */
function ignoreFailure(): void {}

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
