import type { Command, Help } from 'commander'
import { usualWidth, widthOf, wrap } from '#runtime/screen/lines.ts'
import { switchText } from './setting-kinds.ts'
import type { SettingDescription } from './settings.ts'

/** Minimum width of the descriptions beside their flags. With less room, each description is below its flag. */
const narrowest = 45

/** Indent of a description below its term. */
const indent = 6

/** If a setting has more values than this, they are listed at the end of the help and not beside its flag. */
const listedBeside = 12

/** Makes the help of a command, and of commands that are added to it later, fit the terminal. */
export function fitHelp(command: Command): Command {
  return command
    .configureOutput({
      getOutHelpWidth: () => widthOf(process.stdout),
      getErrHelpWidth: () => widthOf(process.stderr),
    })
    .configureHelp({ formatItem, subcommandTerm })
}

/** Adds lines at the end of the help of a command, wrapped at the width of the terminal. */
export function addHelpLines(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('after', ({ error }) => {
    const output = command.configureOutput()
    const width = (error ? output.getErrHelpWidth?.() : output.getOutHelpWidth?.()) ?? usualWidth
    return ['', ...lines].flatMap((line) => wrap(line, { width, indent: 2 })).join('\n')
  })
}

/** Makes the help of a command with settings fit the terminal. */
export function layOutHelp(command: Command, settings: readonly SettingDescription[]): Command {
  const ofSwitches = settings.filter(({ want }) => want === switchText)
  const switches = new Set(ofSwitches.map(({ flag }) => flag))
  const lists = settings.flatMap(({ flag, choices = [] }) =>
    choices.length > listedBeside ? [`Values of ${flag}:`, `  ${choices.join(', ')}`, ''] : [],
  )
  fitHelp(command).configureHelp({
    formatItem,
    optionTerm: ({ flags, long }) => {
      if (long === undefined || !switches.has(long)) return flags.replace('[value]', '<value>')
      return long.startsWith('--no-') ? long : `--[no-]${long.slice(2)}`
    },
  })
  const note = 'Each setting is a flag, else an environment variable, else its default.'
  return addHelpLines(command, [...lists, note])
}

/** A command in the list of commands. `[options]` is omitted, since every command has options. */
function subcommandTerm(command: Command): string {
  const names = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name()
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [command.name(), ...names].join(' ')
}

/** Formats a term and its description as commander does. If there is no room, the description is below the term. */
function formatItem(
  ...[term, termWidth, description, helper]: Parameters<Help['formatItem']>
): string {
  if (description === '') return `  ${term}`
  const width = helper.helpWidth ?? usualWidth
  const beside = termWidth + 4
  const isBeside = width - beside >= narrowest
  const column = isBeside ? beside : indent
  const text = description
    .split('\n')
    .flatMap((line) => wrap(' '.repeat(column) + line, { width, indent: column }))
    .join('\n')
  return isBeside ? `  ${term}`.padEnd(column) + text.slice(column) : `  ${term}\n${text}`
}
