import { DecodeError } from '#protocol/codec/decode-error.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'

/** Errors of the Engine API. Spec: execution-apis, src/engine/common.md#errors */
export const engineErrorCodes = {
  unknownPayload: -38_001,
  invalidForkchoice: -38_002,
  invalidAttributes: -38_003,
  unsupportedFork: -38_005,
} as const

/** Whether a server refused a call with one of these codes. */
export function isRefusal(error: unknown, ...codes: readonly number[]): error is JsonRpcError {
  return error instanceof JsonRpcError && codes.includes(error.code)
}

/**
 * Converts the error of a failed call to a fault: `engine-forkchoice` (severity reset), `engine-refused`, `engine-old`,
 * `engine-port`, `engine-forks`, `engine-unauthorized`, `engine-unreachable` or `engine-response`. Returns any other
 * error unchanged.
 *
 * @param options.isEngineApi whether the server has the Engine API; used only if the server lacks the method
 */
export function toEngineFault(
  error: unknown,
  method: string,
  { isEngineApi = true }: { readonly isEngineApi?: boolean } = {},
): unknown {
  if (error instanceof JsonRpcError) return ofRefusal(error, { method, isEngineApi })
  if (error instanceof DecodeError)
    return new Fault('engine-response', {
      detail: `the execution client gave a malformed answer to ${method}: ${error.message}`,
      cause: error,
      fields: { method },
    })
  if (isFault(error, 'rpc-status') && [401, 403].includes(error.fields.status))
    return new Fault('engine-unauthorized', {
      detail: error.message,
      cause: error,
      fields: { method },
    })
  if (isFault(error) && faultRule(error.code).origin === 'rpc')
    return new Fault('engine-unreachable', {
      detail: `the execution client does not answer ${method}: ${error.message}`,
      cause: error,
      fields: { ...error.fields, method },
    })
  return error
}

function ofRefusal(
  error: JsonRpcError,
  { method, isEngineApi }: { readonly method: string; readonly isEngineApi: boolean },
): Fault {
  const { code, data, message } = error
  const more = data === undefined ? '' : ` ${JSON.stringify(data)}`
  const refusal = `${method}: ${message}${more} (${code})`
  const fields = { method, code }
  if (code === engineErrorCodes.invalidForkchoice)
    return new Fault('engine-forkchoice', { detail: refusal, cause: error, fields })
  const options = { detail: refusal, cause: error, fields }
  if (code === engineErrorCodes.unsupportedFork) return new Fault('engine-forks', options)
  const isMissing = code === errorCodes.methodNotFound && method.startsWith('engine_')
  if (!isMissing) return new Fault('engine-refused', options)
  return new Fault(isEngineApi ? 'engine-old' : 'engine-port', options)
}
