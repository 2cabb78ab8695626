import type { Command } from 'commander'
import { print, printTable } from '#node/output.ts'
import { programs } from '#cli/programs.ts'
import { describeSettings, readSettings, textOf } from '#runtime/settings/settings.ts'

/** Adds `atoll config`. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('Print the settings that a program would use, and the source of each.')
    .argument('<program...>', `whose settings: ${Object.keys(programs).join(', ')}`)
    .option('--json', 'print one JSON object')
    .usage('<program> [--json] [settings]')
    .allowUnknownOption()
    .action((words: readonly string[], { json }: { json?: boolean }, command: Command) => {
      const flags = words.findIndex((word) => word.startsWith('-'))
      const end = flags < 0 ? words.length : flags
      const name = words.slice(0, end).join(' ')
      if (!Object.hasOwn(programs, name)) {
        const known = Object.keys(programs).join(', ')
        command.error(`error: ${name} is not a program; the programs are: ${known}`)
      }
      printSettings(name, words.slice(end), { asJson: json === true })
    })
}

function printSettings(
  name: string,
  args: readonly string[],
  { asJson }: { readonly asJson: boolean },
): void {
  const schema = programs[name]
  if (schema === undefined) throw new Error(`${name} is not a program`)
  const read = readSettings(schema, { args, env: process.env })
  const values: Readonly<Record<string, unknown>> = read.settings
  const rows = describeSettings(schema).map(({ key, flag }) => {
    const value = values[key]
    return {
      flag,
      value: value === undefined ? undefined : textOf(value),
      origin: read.origins[key],
    }
  })
  const unread = unreadVariables()
  if (asJson) {
    const byFlag = rows.map(({ flag, ...row }) => [flag.slice(2), row] as const)
    print(JSON.stringify({ settings: Object.fromEntries(byFlag), unread }))
    return
  }
  const lines = rows.map(({ flag, value, origin }) => [flag, value ?? '–', origin ?? ''])
  printTable([['setting', 'value', 'from'], ...lines])
  if (unread.length > 0)
    print(`\nNo program reads these variables; check their spelling: ${unread.join(', ')}`)
}

/** Variables with our prefix that no program reads. Checked over all programs, since they share the environment. */
function unreadVariables(): readonly string[] {
  const known = new Set(
    Object.values(programs).flatMap((schema) =>
      describeSettings(schema).map(({ variable }) => variable),
    ),
  )
  return Object.keys(process.env).filter((name) => name.startsWith('ATOLL_') && !known.has(name))
}
