import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'

/** The answer to a call for a prefix; null if the execution client has lost its block, for example by a restart. */
export async function unlessLost(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof JsonRpcError && error.meaning === 'missing-block') return null
    throw error
  }
}
