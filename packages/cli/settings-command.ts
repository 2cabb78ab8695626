import type { Command } from 'commander'
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

/** A command with settings. */
export interface SettingsCommand<Schema extends SettingsSchema> {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly schema: Schema
  /** Names of other programs for the settings of this command. */
  readonly aliases?: readonly SettingAlias[]
  /** Other programs' settings without a counterpart here. */
  readonly foreign?: readonly ForeignSetting[]
  /**
   * @param given the values as given, by key, to be passed to another program
   * @param passedOver environment variables of other programs without a counterpart
   */
  readonly run: (
    settings: z.output<Schema>,
    given: Readonly<Record<string, string>>,
    passedOver: readonly Mistake[],
  ) => Promise<void>
}

/** Adds a command that reads its settings from flags and environment variables. */
export function addSettingsCommand<Schema extends SettingsSchema>(
  parent: Command,
  { name, summary, description, schema, aliases = [], foreign = [], run }: SettingsCommand<Schema>,
): Command {
  const command = parent.command(name).summary(summary).description(description)
  return addSettings(command, describeSettings(schema), aliases).action(
    async (_options: unknown, self: Command) => {
      const source = { args: self, env: process.env, aliases, foreign }
      const { settings, given, passedOver } = readSettings(schema, source)
      await run(settings, given, passedOver)
    },
  )
}
