import { chainFaults } from './chain-faults.ts'
import type { FaultRule } from './fault-rule.ts'
import { processFaults } from './process-faults.ts'

/** Every fault code. `docs/fault-codes.md` is generated from it. */
export const faultCodes = { ...chainFaults, ...processFaults } as const

/** Names a kind of failure; stable, and a metric label. */
export type FaultCode = keyof typeof faultCodes

/** What is known about a code. */
export function faultRule(code: FaultCode): FaultRule {
  return faultCodes[code]
}

/** Whether a text, such as one from the bus, is a fault code. */
export function isFaultCode(text: string): text is FaultCode {
  return Object.hasOwn(faultCodes, text)
}
