import type { Command } from 'commander'
import type * as z from 'zod'
import { executeSettings } from '#cli/execute-settings.ts'
import { print } from '#node/output.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'

type ExecuteSettings = z.output<typeof executeSettings>

/** Adds `atoll execute`. */
export function addExecuteCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'execute',
    summary: 'execute recorded blocks, and compare their hashes',
    description:
      'Executes a recorded chain from its genesis, or one recorded block, in the embedded execution client, and compares the hash of each block with the recorded one. Exits with 1 at the first block that differs, with 2 if the recorded data cannot be used.',
    schema: executeSettings,
    run: execute,
  })
}

async function execute(settings: ExecuteSettings): Promise<void> {
  const { chain, fixture } = settings
  if (chain !== undefined) return executeRecordedChain(chain, settings)
  if (fixture !== undefined) return executeRecordedBlock(fixture, settings)
}

async function executeRecordedBlock(path: string, { json }: ExecuteSettings): Promise<void> {
  // The EVM interpreter is slow to load, so it is loaded only where it is used.
  const { executeFixture } = await import('#records/execute/execute-fixture.ts')
  const result = await executeFixture(path)
  const { number, expected, hash, matches, gasUsed, seconds } = result
  if (json) print(toJson(result))
  else {
    const mgas = (Number(gasUsed) / 1e6 / seconds).toFixed(1)
    print(`block ${number}: ${matches ? 'equal' : `DIFFERS: want ${expected}`}`)
    print(`${hash}, ${gasUsed} gas in ${seconds.toFixed(2)} s (${mgas} Mgas/s)`)
  }
  if (!matches) process.exitCode = 1
}

async function executeRecordedChain(folder: string, { json, opGeth }: ExecuteSettings) {
  const { executeChain } = await import('#records/execute/execute-chain.ts')
  let blocks = 0
  const onBlock = () => {
    blocks++
    if (process.stderr.isTTY && blocks % 50 === 0) process.stderr.write(`\r${blocks} blocks`)
  }
  const result = await executeChain(folder, { asOpGeth: opGeth, onBlock })
  if (process.stderr.isTTY) process.stderr.write('\r')
  const { firstDifference, refused } = result
  if (json) print(toJson({ ...result, gas: undefined, firstDifference: firstDifference ?? null }))
  else {
    const { equal, txs, seconds, mgasPerSecond } = result
    print(`${equal} of ${result.blocks} blocks equal, ${txs} transactions`)
    print(`${seconds.toFixed(2)} s, ${mgasPerSecond.toFixed(1)} Mgas/s`)
    if (refused.recorded > 0)
      print(`${refused.refused} of ${refused.recorded} invalid payloads of the record refused`)
    if (firstDifference !== undefined) {
      const { number, want, got, fields } = firstDifference
      print(`block ${number} differs: want ${want}, got ${got}`)
      for (const [name, [recorded, found]] of Object.entries(fields))
        print(`  ${name}: want ${recorded}, got ${found}`)
    }
  }
  if (firstDifference !== undefined || refused.refused < refused.recorded) process.exitCode = 1
}

function toJson(value: object): string {
  return JSON.stringify(value, (_name, field: unknown) =>
    typeof field === 'bigint' ? Number(field) : field,
  )
}
