/** Exit codes of the command `atoll`. */
export const exitCodes = { failed: 1, usage: 2, noNode: 4 } as const
