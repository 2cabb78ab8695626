import { Fault } from './fault.ts'

/** What listens, in the words of an operator. */
export interface ListenerName {
  /** Such as `the Engine API`. */
  readonly what: string
  /** Flag of its port, such as `--engine-port`; left out where nobody sets it. */
  readonly portFlag?: string
}

/** The fault of an address that cannot be had, with what to do. */
export function listenFault(
  code: 'rpc-port' | 'health-port',
  cause: Error,
  { what, portFlag, host, port }: ListenerName & { readonly host: string; readonly port: number },
): Fault {
  const isTaken = 'code' in cause && cause.code === 'EADDRINUSE'
  const reason = isTaken ? 'another process has this port' : cause.message
  const advice = isTaken && portFlag !== undefined ? `; choose another with ${portFlag}` : ''
  const detail = `cannot serve ${what} on ${host}:${port}: ${reason}${advice}`
  return new Fault(code, { detail, cause })
}
