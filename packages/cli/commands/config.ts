import type { Command } from 'commander'
import { print, printTable } from '#node/output.ts'
import { programs } from '#cli/programs.ts'
import { opNodeAliases, opNodeForeign } from '#cli/op-node-aliases.ts'
import { describeSettings, readSettings, textOf, withoutKeys } from '#runtime/settings/settings.ts'

interface Options {
  readonly json?: boolean
  readonly showSecrets?: boolean
}

/** Adds `atoll config`. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('Print the settings that a program would use, and the source of each.')
    .argument('<program...>', `whose settings: ${Object.keys(programs).join(', ')}`)
    .option('--json', 'print one JSON object')
    .option('--show-secrets', 'print URLs with their paths and passwords, and secret values')
    .usage('<program> [--json] [settings]')
    .allowUnknownOption()
    .action((words: readonly string[], options: Options, command: Command) => {
      const flags = words.findIndex((word) => word.startsWith('-'))
      const end = flags < 0 ? words.length : flags
      const name = words.slice(0, end).join(' ')
      if (!Object.hasOwn(programs, name)) {
        const known = Object.keys(programs).join(', ')
        command.error(`error: ${name} is not a program; the programs are: ${known}`)
      }
      printSettings(name, words.slice(end), options)
    })
}

function printSettings(
  name: string,
  args: readonly string[],
  { json, showSecrets }: Options,
): void {
  const schema = programs[name]
  if (schema === undefined) throw new Error(`${name} is not a program`)
  const ofOpNode = name === 'node' ? { aliases: opNodeAliases, foreign: opNodeForeign } : {}
  const read = readSettings(schema, { args, env: process.env, ...ofOpNode })
  const values: Readonly<Record<string, unknown>> = read.settings
  const shown = (text: string, { isSecret }: { readonly isSecret: boolean }) => {
    if (showSecrets === true) return text
    return isSecret ? '(secret)' : withoutKeys(text)
  }
  const rows = describeSettings(schema).map(({ key, flag, isSecret }) => {
    const value = values[key]
    return {
      flag,
      value: value === undefined ? undefined : shown(textOf(value), { isSecret }),
      origin: read.origins[key],
    }
  })
  const unread = unreadVariables()
  if (json === true) {
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
