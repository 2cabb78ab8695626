import { atoll } from '#proto/atoll.js'
import { enumWire } from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'

/** The body of an error reply. */
export interface FaultBody {
  readonly code: string
  readonly severity: 'temporary' | 'reset' | 'critical'
  /** Text for operators. */
  readonly detail: string
}

const { Severity } = atoll.v1.Fault

const severity = enumWire({
  temporary: Severity.TEMPORARY,
  reset: Severity.RESET,
  critical: Severity.CRITICAL,
})

/** Codec of `FaultBody`. */
export const faultBodyCodec: MessageCodec<FaultBody> = messageCodec('Fault', atoll.v1.Fault, {
  toWire: (fault: FaultBody) => ({ ...fault, severity: severity.toWire(fault.severity) }),
  fromWire: (message) => ({
    code: message.code,
    severity: severity.fromWire(message.severity, 'severity'),
    detail: message.detail,
  }),
})
