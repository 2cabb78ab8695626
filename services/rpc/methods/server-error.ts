import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'

/** op-node's code for all errors of methods. */
export const serverErrorCode = -32_000

/** The error that answers a call whose method failed. */
export function serverError(message: string): JsonRpcError {
  return new JsonRpcError(serverErrorCode, message)
}
