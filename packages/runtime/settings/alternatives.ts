import type { Mistake, SettingDescription } from './settings.ts'

/** Mistakes in pairs of settings of which exactly one must be given. @param given the values as given, by key */
export function alternativeMistakes(
  settings: readonly SettingDescription[],
  given: Readonly<Record<string, string>>,
): readonly Mistake[] {
  return settings.flatMap((setting) => {
    const other = settings.find(({ key }) => key === setting.insteadOf)
    if (other === undefined) return []
    const count = [setting, other].filter(({ key }) => given[key] !== undefined).length
    if (count === 1) return []
    const flags = [setting.flag, other.flag]
    const what =
      count === 0 ? `${flags.join(' or ')} is missing` : `${flags.join(' and ')} are both given`
    return [{ what, right: `give exactly one of ${flags.join(' and ')}` }]
  })
}
