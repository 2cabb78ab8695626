import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { faultCodes } from '#runtime/fault-codes.ts'
import type { FaultRule, Severity } from '#runtime/fault-rule.ts'
import { table } from './messages-page.ts'

type FaultTable = Readonly<Record<string, FaultRule>>

const tableFiles = ['chain-faults', 'process-faults'].map((name) => `packages/runtime/${name}.ts`)

const severities: Readonly<Record<Severity, string>> = {
  temporary:
    'The call is repeated, with growing pauses. The fault ends by itself when its cause is gone.',
  reset: 'The engine begins a new generation from the blocks of the execution client and L1.',
  critical: 'A repeat cannot help: the process stops, or waits until an operator has acted.',
}

/** The operators' page of fault codes. @throws Error if a code is not used in the sources, or has no advice */
export async function faultCodesPage(): Promise<string> {
  const files = globSync('{packages,services,devnet}/**/*.ts', {
    exclude: ['**/*.test.ts', ...tableFiles],
  })
  const sources = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  const problems = faultTableProblems(faultCodes, sources)
  if (problems.length > 0) throw new Error(`${tableFiles.join(', ')}:\n  ${problems.join('\n  ')}`)
  return [
    '# Fault codes',
    '',
    'Made by `npm run generate` from the tables behind `packages/runtime/fault-codes.ts`.',
    '',
    'Logs have the code in `error.code`, metrics have it in the label `code`, and a message begins with it.',
    '',
    ...Object.entries(severities).map(([severity, does]) => `- **${severity}**: ${does}`),
    '',
    ...table(
      ['code', 'severity', 'what happened', 'what to do'],
      Object.entries(faultCodes)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([code, { severity, means, advice }]) => [`\`${code}\``, severity, means, advice]),
    ),
    '',
  ].join('\n')
}

/** The mistakes in a table of codes, given the sources that use the codes. */
export function faultTableProblems(
  rules: FaultTable,
  sources: readonly string[],
): readonly string[] {
  return Object.entries(rules).flatMap(([code, { advice, means }]) => {
    const isUsed = sources.some((source) => source.includes(`'${code}'`))
    return [
      ...(isUsed ? [] : [`${code} is not used`]),
      ...(means.trim() === '' ? [`${code} does not say what happened`] : []),
      ...(advice.trim() === '' ? [`${code} has no advice`] : []),
    ]
  })
}
