import { Fault, toError } from '#runtime/fault.ts'

/**
 * The fault of a host that cannot listen. libp2p has the error of the socket only in the text of its own error. If the
 * text contains a socket error, the fault has no cause, since libp2p's stack would only make the log longer.
 */
export function listenFault(addresses: string, cause: unknown): Fault<'p2p-port'> {
  const { message } = toError(cause)
  const [reason] = /\bE[A-Z]+: [^\n]+/u.exec(message) ?? []
  const problem = reason?.startsWith('EADDRINUSE') ? 'another process has this port' : reason
  const detail = `cannot listen on ${addresses}: ${problem ?? message}`
  return new Fault('p2p-port', problem === undefined ? { detail, cause } : { detail })
}
