import { type FaultCode, faultRule, isFaultCode } from './fault-codes.ts'
import type { Severity } from './fault-rule.ts'

/** Fields of faults that code reads, by fault code. All other fields are only logged. */
interface ReadFields {
  'l1-unavailable': {
    /** When endpoints are tried again, as shown to operators. */
    readonly next?: string
  }
  'l1-wrong-chain': {
    /** As for `l1-unavailable`. */
    readonly next?: string
  }
  'nats-server-failed': {
    /** Whether the NATS server ended by itself before it served. */
    readonly hasEnded?: boolean
  }
  'rpc-limited': {
    /** Pause that the endpoint asks for. */
    readonly retryAfterMs?: number
  }
  'rpc-response': {
    /** True if the server answered a part of a batch or none of it, or the whole batch with one error. */
    readonly isPartial?: boolean
  }
  'rpc-status': {
    readonly status: number
    /** Whether a repeat would get the same answer. */
    readonly isFinal: boolean
    /** Explanation of the JSON-RPC error in the body; absent without one. */
    readonly meaning?: string
    readonly retryAfterMs?: number
  }
  'stream-refused': { readonly status: number }
}

type FieldsOf<Code extends FaultCode> = Readonly<Record<string, unknown>> &
  (Code extends keyof ReadFields ? ReadFields[Code] : unknown)

/** Codes with required fields. */
type NeedsFields = {
  [Code in keyof ReadFields]: object extends ReadFields[Code] ? never : Code
}[keyof ReadFields]

type FaultOptions<Code extends FaultCode> = ErrorOptions & {
  /** Explanation for operators, one sentence. */
  readonly detail?: string
} & (Code extends NeedsFields
    ? { readonly fields: FieldsOf<Code> }
    : { readonly fields?: FieldsOf<Code> })

/** An expected failure outside of our code. */
export class Fault<Code extends FaultCode = FaultCode> extends Error {
  override readonly name = 'Fault'
  readonly code: Code
  readonly severity: Severity
  /** The message without the code. */
  readonly detail: string | undefined
  /** Details for the log. */
  readonly fields: FieldsOf<Code>

  constructor(
    code: Code,
    ...[options]: Code extends NeedsFields ? [FaultOptions<Code>] : [FaultOptions<Code>?]
  ) {
    const { detail, fields, cause } = (options ?? {}) as FaultOptions<FaultCode>
    super(
      detail === undefined ? code : `${code}: ${detail}`,
      cause === undefined ? undefined : { cause },
    )
    this.code = code
    this.severity = faultRule(code).severity
    this.detail = detail
    this.fields = (fields ?? {}) as FieldsOf<Code>
  }
}

/** Whether an error is a fault. If a code is given, whether the fault has this code. */
export function isFault<Code extends FaultCode = FaultCode>(
  error: unknown,
  code?: Code,
): error is Fault<Code> {
  return error instanceof Fault && (code === undefined || error.code === code)
}

/** Codes whose required fields are not sent with a fault to another process. */
const needsFields: Readonly<Record<NeedsFields, true>> = {
  'rpc-status': true,
  'stream-refused': true,
}

/** A fault of another process or thread; `remote-fault` if its code is not known here. */
export function remoteFault(
  { code, detail }: { readonly code: string; readonly detail: string },
  fields: Readonly<Record<string, unknown>> = {},
): Fault {
  if (isFaultCode(code) && !Object.hasOwn(needsFields, code))
    return new Fault<FaultCode>(code, { fields, ...(detail !== '' && { detail }) })
  return new Fault<FaultCode>('remote-fault', { detail: `${code}: ${detail}`, fields })
}

/** Whether an error comes from the operating system, such as a missing file. */
export function isSystemError(
  error: unknown,
): error is Error & { readonly code: string; readonly syscall: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error
}

/** Converts a thrown value to an error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown })
}
