import type { Argument, Command } from 'commander'
import type * as z from 'zod'
import {
  describeSettings,
  type ForeignSetting,
  type Mistake,
  readSettings,
  type SettingAlias,
  type SettingsSchema,
} from '#runtime/settings/settings.ts'
import { addSettings } from '#runtime/settings/settings-options.ts'

/** The inputs of a command, in addition to the parsed values of its settings. */
interface CommandSource {
  /** The unparsed values of the given settings, by key. The command may pass them to another program. */
  readonly given: Readonly<Record<string, string>>
  /** Environment variables of other programs that have no counterpart in Atoll. */
  readonly passedOver: readonly Mistake[]
  /** Arguments without a flag. */
  readonly words: readonly string[]
}

/** A command with settings. */
export interface SettingsCommand<Schema extends SettingsSchema> {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly schema: Schema
  /** Names that other programs have for the settings of this command. */
  readonly aliases?: readonly SettingAlias[]
  /** Arguments without a flag, which come before or after the flags. */
  readonly words?: readonly Argument[]
  /** Settings of other programs that have no counterpart in this command. */
  readonly foreign?: readonly ForeignSetting[]
  readonly run: (settings: z.output<Schema>, source: CommandSource) => Promise<void>
}

/** Adds a command that reads its settings from flags and environment variables. */
export function addSettingsCommand<Schema extends SettingsSchema>(
  parent: Command,
  {
    name,
    summary,
    description,
    schema,
    aliases = [],
    foreign = [],
    words = [],
    run,
  }: SettingsCommand<Schema>,
): Command {
  const command = parent.command(name).summary(summary).description(description)
  for (const word of words) command.addArgument(word)
  const usage = [...words.map((word) => `[${word.name()}]`), '[settings]'].join(' ')
  return addSettings(command, describeSettings(schema), aliases)
    .usage(usage)
    .action(async (...handed: readonly unknown[]) => {
      // Commander passes the arguments, then the options, then the command.
      const self = handed.at(-1) as Command
      const source = { args: self, env: process.env, aliases, foreign }
      const { settings, given, passedOver } = readSettings(schema, source)
      await run(settings, { given, passedOver, words: self.args })
    })
}
