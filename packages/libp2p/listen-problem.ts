import { toError } from '#runtime/fault.ts'

/** Why a host cannot listen, for operators. libp2p has the error of the socket only in the text of its own error. */
export function listenProblem(cause: unknown): string {
  const { message } = toError(cause)
  const [reason = message] = /\bE[A-Z]+: [^\n]+/u.exec(message) ?? []
  return reason.startsWith('EADDRINUSE') ? 'another process has this port' : reason
}
