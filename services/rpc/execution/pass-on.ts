import type { Method, PassOn } from '#json-rpc/json-rpc-dispatch.ts'
import type { ExecutionRpc } from './execution-rpc.ts'

/** Namespaces that control the execution client, or show more than its chain. Their methods are never passed on. */
export const deniedNamespaces: readonly string[] = ['admin', 'debug', 'engine', 'miner', 'personal']

/** Methods that use keys of the execution client, if it has any. They are never passed on. */
export const deniedMethods: readonly string[] = [
  'eth_resend',
  'eth_sendTransaction',
  'eth_sign',
  'eth_signTransaction',
  'eth_signTypedData',
]

/** A method with its namespace. */
const methodName = /^(?<namespace>[a-z][a-z0-9]{0,31})_[a-zA-Z0-9]{1,64}$/u

/** Passes methods of other namespaces on to the execution client. */
export function passOnTo(execution: Pick<ExecutionRpc, 'by'>): PassOn {
  return (method): Method | undefined => {
    const namespace = methodName.exec(method)?.groups?.['namespace']
    if (namespace === undefined || deniedNamespaces.includes(namespace)) return undefined
    if (deniedMethods.includes(method)) return undefined
    // A subscription belongs to one connection, and this connection would be that of rpc.
    if (method.endsWith('_subscribe') || method.endsWith('_unsubscribe')) return undefined
    return (params, { caller }) => execution.by(caller).call(method, params)
  }
}
