import { Fault } from './fault.ts'

/** A listener, as shown to operators. */
export interface ListenerName {
  /** Such as `the Engine API`. */
  readonly what: string
  /** Flag of its port, such as `--engine-port`; undefined if there is none. */
  readonly portFlag?: string
}

/** The fault for an address that cannot be bound, with advice. */
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
