import type { Fault } from './fault.ts'
import { faultRule } from './fault-codes.ts'
import type { FaultRule } from './fault-rule.ts'
import { mayPass } from './sqlite.ts'

/**
 * The exit code of a program that ends with a fault. Undefined, for example after a full disk, means exit code 1, after
 * which a supervisor starts the program again.
 */
export function exitOf({ code, cause }: Fault): FaultRule['exit'] {
  const { exit } = faultRule(code)
  return exit === 'usage' && mayPass(cause) ? undefined : exit
}
