import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { isFault } from '#runtime/fault.ts'

/**
 * The execution clients of all nodes, as one: each transaction is sent to all of them, since the next leader has to
 * know it. Other calls are tried at one client after another, until one answers without an error.
 */
export function allClients(clients: readonly JsonRpcClient[]): Pick<JsonRpcClient, 'call'> {
  return {
    call: async (method, params) => {
      if (method !== 'eth_sendRawTransaction') return firstAnswer(clients, method, params)
      const answers = clients.map((client) => client.call(method, params))
      const settled = await Promise.allSettled(answers)
      const sent = settled.find((each) => each.status === 'fulfilled')
      return sent === undefined ? answers[0] : sent.value
    },
  }
}

/** @throws Fault or JsonRpcError of the last client, if none answers */
async function firstAnswer(
  clients: readonly JsonRpcClient[],
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  let failure: unknown
  for (const client of clients) {
    try {
      return await client.call(method, params)
    } catch (error) {
      if (!isFault(error) && !(error instanceof JsonRpcError)) throw error
      failure = error
    }
  }
  throw failure
}
