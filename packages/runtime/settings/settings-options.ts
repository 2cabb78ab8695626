import { Command, CommanderError, Option } from 'commander'
import { anyText, switchText } from './setting-kinds.ts'
import { areaOf, settingAreas } from './setting-areas.ts'
import type { SettingAlias, SettingDescription } from './settings.ts'
import { layOutHelp } from './settings-help.ts'

/**
 * Adds the flags of settings to a command and its help. Unknown words are not an error here:
 * `readSettings` reports them together with all other mistakes.
 *
 * @param aliases are accepted but not listed in help
 */
export function addSettings(
  command: Command,
  settings: readonly SettingDescription[],
  aliases: readonly SettingAlias[] = [],
): Command {
  for (const [group, setting] of grouped(settings)) {
    const { key, flag, want } = setting
    const option = keyed(key, new Option(valued(flag), helpOf(setting)).helpGroup(group))
    // Commander would read the setting `--no-node` as the negation of `--node`.
    command.addOption(Object.assign(option, { negate: false }))
    if (want === switchText)
      command.addOption(keyed(key, new Option(flag.replace('--', '--no-')).hideHelp()))
  }
  const known = new Set(settings.map(({ flag }) => flag))
  for (const { flag } of aliases) {
    if (known.has(flag)) continue
    // All values are kept, so that a second value is reported as a mistake.
    const option = new Option(valued(flag)).argParser((value, before: unknown) => {
      return [...(Array.isArray(before) ? (before as string[]) : []), value]
    })
    command.addOption(keyed(flag, option.hideHelp()))
  }
  return layOutHelp(command, settings)
    .usage('[settings]')
    .allowUnknownOption()
    .allowExcessArguments()
}

/** If there are more optional settings than this, they are grouped by area. */
const ungrouped = 12

/** The settings in the order of help, each with the title of its group. */
function grouped(
  settings: readonly SettingDescription[],
): readonly (readonly [group: string, setting: SettingDescription])[] {
  const optional = settings.filter(({ isOptional }) => isOptional)
  const required = settings.filter(({ isOptional }) => !isOptional)
  const inAreas =
    optional.length <= ungrouped
      ? optional.map((setting) => ['Optional:', setting] as const)
      : settingAreas.flatMap((area) =>
          optional
            .filter(({ key }) => areaOf(key) === area)
            .map((setting) => [`${area}:`, setting] as const),
        )
  return [...required.map((setting) => ['Required:', setting] as const), ...inAreas]
}

/** Parses command-line words with the flags of settings. */
export function parseFlags(
  words: readonly string[],
  settings: readonly SettingDescription[],
  aliases: readonly SettingAlias[],
): Command {
  const command = addSettings(new Command(), settings, aliases).helpOption(false)
  return command.parse([...words], { from: 'user' })
}

/** A suggestion for a mistyped flag, such as `did you mean --chain-id?`; undefined if no flag is close. */
export function suggestionFor(
  flag: string,
  settings: readonly SettingDescription[],
): string | undefined {
  const command = addSettings(new Command(), settings)
    .helpOption(false)
    .allowUnknownOption(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
  try {
    command.parse([flag], { from: 'user' })
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return /\(D(id you mean .*\?)\)/.exec(error.message)?.[1]?.replace('id', 'did')
  }
}

/** Declares the value of a flag as optional. Otherwise commander would read the next flag as the value. */
function valued(flag: string): string {
  return `${flag} [value]`
}

/** Makes commander store the value of an option under our key, not under the name that it derives from the flag. */
function keyed(key: string, option: Option): Option {
  return Object.assign(option, { attributeName: () => key })
}

function helpOf({ description, want, variable, defaultText }: SettingDescription): string {
  const kind = want === anyText ? [] : [want]
  const fallback = defaultText === undefined ? [] : [`default ${defaultText}`]
  const value = [...kind, ...fallback, variable].join('; ')
  return description === '' ? value : `${description}\n${value}`
}
