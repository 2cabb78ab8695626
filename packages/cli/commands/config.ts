import type { Command } from 'commander'
import { forkTimes, forkTimeText } from '#node/fork-times.ts'
import { placeNode } from '#node/node-settings.ts'
import { print, printTable } from '#node/output.ts'
import { checkSequencerSettings, conductorUrlOf } from '#node/sequencer-settings.ts'
import { programs } from '#cli/programs.ts'
import { opNodeAliases, opNodeForeign } from '#cli/op-node-aliases.ts'
import { describeSettings, readSettings, textOf, shownValue } from '#runtime/settings/settings.ts'

interface Options {
  readonly json?: boolean
  readonly showSecrets?: boolean
}

/** Adds `atoll config`. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .summary('print the settings that a program would use')
    .description('Print the settings that a program would use, and the source of each.')
    .argument(
      '<program...>',
      `program whose settings are printed: ${Object.keys(programs).join(', ')}`,
    )
    .option('--json', 'print one JSON object')
    .option('--show-secrets', 'print URLs with their paths and passwords, and secret values')
    .usage('<program> [--json] [settings]')
    .allowUnknownOption()
    .action(async (words: readonly string[], options: Options, command: Command) => {
      const flags = words.findIndex((word) => word.startsWith('-'))
      const end = flags < 0 ? words.length : flags
      const name = words.slice(0, end).join(' ')
      if (!Object.hasOwn(programs, name)) {
        const known = Object.keys(programs).join(', ')
        command.error(`error: ${name} is not a program; the programs are: ${known}`)
      }
      await printSettings(name, words.slice(end), options)
    })
}

async function printSettings(
  name: string,
  args: readonly string[],
  { json, showSecrets }: Options,
): Promise<void> {
  const schema = programs[name]
  if (schema === undefined) throw new Error(`${name} is not a program`)
  const ofOpNode = name === 'node' ? { aliases: opNodeAliases, foreign: opNodeForeign } : {}
  const read = readSettings(schema, { args, env: process.env, ...ofOpNode })
  if (name === 'node') checkSequencerSettings(read.given)
  const place =
    name === 'node' || name === 'rewind' ? await placeNode(read.settings, read.given) : undefined
  const values: Readonly<Record<string, unknown>> = {
    ...read.settings,
    ...place,
    ...(name === 'node' && { conductorRpcUrl: conductorUrlOf(read.given) }),
  }
  const forks = place && forkTimes(place.hardforkTimes)
  const rows = describeSettings(schema).map((setting) => {
    const { key, flag, variable, defaultText } = setting
    const shown = (text: string) => (showSecrets === true ? text : shownValue(setting, text))
    const value = values[key]
    const given = read.names[key]
    return {
      flag,
      value: value === undefined ? undefined : shown(textOf(value)),
      origin: read.origins[key],
      // The op-node name under which the setting was given; undefined if Atoll's own name or no name was given.
      name: given === flag || given === variable ? undefined : given,
      defaultText,
    }
  })
  const unread = unreadVariables()
  if (json === true) {
    const byFlag = rows.map(({ flag, value, origin, name: other }) => {
      return [flag.slice(2), { value, origin, name: other }] as const
    })
    const { passedOver } = read
    print(JSON.stringify({ settings: Object.fromEntries(byFlag), unread, passedOver, forks }))
    return
  }
  const lines = rows.map(({ flag, value, origin = '', name: other, defaultText }) => {
    return [flag, value ?? defaultText ?? '–', other === undefined ? origin : `${origin} ${other}`]
  })
  printTable([['setting', 'value', 'from'], ...lines])
  if (forks !== undefined) {
    print('\nForks of the OP Stack that this version knows:')
    printTable(forks.map((fork) => [`  ${fork.fork}`, forkTimeText(fork, Date.now())]))
  }
  if (unread.length > 0)
    print(`\nNo program reads these variables; check their spelling: ${unread.join(', ')}`)
  for (const { what, right } of read.passedOver) print(`\n${what}: ${right}`)
}

/** Environment variables that are set and have Atoll's prefix, but that no program of Atoll reads. */
function unreadVariables(): readonly string[] {
  const known = new Set(
    Object.values(programs).flatMap((schema) =>
      describeSettings(schema).map(({ variable }) => variable),
    ),
  )
  return Object.keys(process.env).filter((name) => name.startsWith('ATOLL_') && !known.has(name))
}
