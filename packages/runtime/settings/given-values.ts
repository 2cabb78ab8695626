import type { SettingAlias, SettingDescription, SettingsSource } from './settings.ts'

/** Values that commander parsed, by key of our setting or by flag of an alias. A flag without a value is `true`. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[]>>

/** A value of a setting, as it was given. */
export interface GivenValue {
  /** The flag or variable that was given. */
  readonly name: string
  readonly origin: 'flag' | 'environment'
  readonly value: string | boolean
  /** The alias that was given; absent if our own name was given. */
  readonly alias?: SettingAlias
}

/**
 * Finds all values given for a setting, under our names and under those of other programs. A flag replaces a variable,
 * so variables count only if no flag is given. If our own flag is repeated, the last value counts.
 */
export function givenValues(
  { key, flag, variable }: SettingDescription,
  flags: FlagValues,
  { env, aliases }: Required<Pick<SettingsSource, 'env' | 'aliases'>>,
): readonly GivenValue[] {
  const own = aliases.filter((alias) => alias.key === key)
  const byFlag = [
    ...valuesOf(flags[key]).map((value) => ({ name: flag, value })),
    ...own.flatMap((alias) =>
      valuesOf(flags[alias.flag]).map((value) => ({ name: alias.flag, value, alias })),
    ),
  ]
  if (byFlag.length > 0) return byFlag.map((given) => ({ ...given, origin: 'flag' }))
  const byVariable = [
    ...valuesOf(env[variable]).map((value) => ({ name: variable, value })),
    ...own.flatMap((alias) =>
      // In op-node, a variable that is empty counts as not set.
      valuesOf(env[alias.variable] === '' ? undefined : env[alias.variable]).map((value) => {
        return { name: alias.variable, value, alias }
      }),
    ),
  ]
  return byVariable.map((given) => ({ ...given, origin: 'environment' }))
}

function valuesOf(given: FlagValues[string] | undefined): readonly (string | boolean)[] {
  if (given === undefined) return []
  return typeof given === 'object' ? given : [given]
}
