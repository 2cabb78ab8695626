import type { Command } from 'commander'
import type * as z from 'zod'
import {
  type ForeignSetting,
  type Mistake,
  readSettings,
  type SettingAlias,
  type SettingsSchema,
} from '#runtime/settings/settings.ts'
import { settingsSections } from '#runtime/settings/settings-help.ts'

/** A command that has settings, as a service has. */
export interface SettingsCommand<Schema extends SettingsSchema> {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly schema: Schema
  /** Names of others for its settings. */
  readonly aliases?: readonly SettingAlias[]
  /** Settings of others that it has no counterpart for. */
  readonly foreign?: readonly ForeignSetting[]
  /**
   * @param given the same as they were given, by key: what another program reads in the same way
   * @param passedOver variables of others that it has no counterpart for
   */
  readonly run: (
    settings: z.output<Schema>,
    given: Readonly<Record<string, string>>,
    passedOver: readonly Mistake[],
  ) => Promise<void>
}

/** The settings of each command, so that completion and `atoll config` know them. */
const schemas = new WeakMap<Command, SettingsSchema>()

/** Adds a command whose flags are settings: the same names in the environment, and all mistakes reported at once. */
export function addSettingsCommand<Schema extends SettingsSchema>(
  parent: Command,
  { name, summary, description, schema, aliases = [], foreign = [], run }: SettingsCommand<Schema>,
): Command {
  const command = parent
    .command(name)
    .summary(summary)
    .description(description)
    .usage('[settings]')
    // Settings are read by the same code that reads a service's.
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText('after', () => settingsSections(schema))
    .action(async (_options: unknown, self: Command) => {
      const source = { args: self.args, env: process.env, aliases, foreign }
      const { settings, given, passedOver } = readSettings(schema, source)
      await run(settings, given, passedOver)
    })
  schemas.set(command, schema)
  return command
}

/** The settings of a command; undefined if it has none. */
export function settingsOf(command: Command): SettingsSchema | undefined {
  return schemas.get(command)
}
