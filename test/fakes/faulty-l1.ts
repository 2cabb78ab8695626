import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import { noSubscriptions } from '#json-rpc/subscriptions.ts'
import { serveHttp } from './http-server.ts'

/** A call that the server received. */
export interface SeenCall {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

/** Handles a request instead of answering it correctly. */
export type Misbehaviour = (response: ServerResponse, incoming: IncomingMessage) => void

/** A JSON-RPC server whose answers a test corrupts or replaces. The server records all calls. */
export interface FaultyNode {
  readonly url: string
  readonly calls: SeenCall[]
  /** Changes the result of a call. May be set at any time. */
  corrupt: ((call: SeenCall, result: unknown) => unknown) | undefined
  /** Handles requests in place of the server. With undefined, the server answers. */
  misbehave: Misbehaviour | undefined
}

/** Serves methods until the test ends. */
export async function serveFaultyNode(t: TestContext, methods: Methods): Promise<FaultyNode> {
  const node: { -readonly [Key in keyof FaultyNode]: FaultyNode[Key] } = {
    url: '',
    calls: [],
    corrupt: undefined,
    misbehave: undefined,
  }
  node.url = await serveHttp(t, ({ body, incoming }, response) => {
    const request = JSON.parse(body) as SeenCall | SeenCall[]
    const calls = Array.isArray(request) ? request : [request]
    node.calls.push(...calls)
    if (node.misbehave !== undefined) {
      node.misbehave(response, incoming)
      return
    }
    const answers = calls.map((call) => answer(methods, call, node.corrupt))
    response.end(JSON.stringify(Array.isArray(request) ? answers : answers[0]))
  })
  return node
}

function answer(methods: Methods, call: SeenCall, corrupt: FaultyNode['corrupt']): object {
  const { id, method, params } = call
  try {
    const known = methods[method]
    if (known === undefined)
      throw new JsonRpcError(errorCodes.methodNotFound, `the method ${method} does not exist`)
    const result: unknown = known(params, noSubscriptions)
    return { jsonrpc: '2.0', id, result: corrupt === undefined ? result : corrupt(call, result) }
  } catch (error) {
    if (!(error instanceof JsonRpcError)) throw error
    return { jsonrpc: '2.0', id, error: { code: error.code, message: error.message } }
  }
}

/** Answers with a status and a page of HTML. */
export function page(status: number, headers: Readonly<Record<string, string>> = {}): Misbehaviour {
  return (response) => void response.writeHead(status, headers).end('<html>try later</html>')
}

/** Never answers. */
export const stall: Misbehaviour = () => undefined
