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

/** Adds a command whose flags are settings: the same names in the environment, and all mistakes reported at once. */
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
