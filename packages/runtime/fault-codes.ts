import { chainFaults } from './chain-faults.ts'
import type { FaultRule } from './fault-rule.ts'
import { processFaults } from './process-faults.ts'

/** Every fault code. `docs/fault-codes.md` is generated from it. */
export const faultCodes = { ...chainFaults, ...processFaults } as const

/** A kind of failure. Codes are stable, and used as metric labels. */
export type FaultCode = keyof typeof faultCodes

/** The rule for a code. */
export function faultRule(code: FaultCode): FaultRule {
  return faultCodes[code]
}

/** Whether a text is a known fault code. */
export function isFaultCode(text: string): text is FaultCode {
  return Object.hasOwn(faultCodes, text)
}
