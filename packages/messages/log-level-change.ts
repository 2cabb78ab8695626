import { atoll } from '#proto/atoll.js'
import { enumWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** Sets the log level of all services until they end: log lines below this level are dropped. */
export interface LogLevelChange {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
}

const { Level } = atoll.v1.LogLevelChange

const level = enumWire({
  error: Level.ERROR,
  warn: Level.WARN,
  info: Level.INFO,
  debug: Level.DEBUG,
})

/** Codec of `LogLevelChange`. */
export const logLevelChangeCodec: MessageCodec<LogLevelChange> = messageCodec(
  'LogLevelChange',
  atoll.v1.LogLevelChange,
  {
    toWire: (change: LogLevelChange) => ({ level: level.toWire(change.level) }),
    fromWire: (message) => ({ level: level.fromWire(message.level, 'level') }),
  },
)
