import {
  anyText,
  describeSettings,
  type SettingDescription,
  type SettingsSchema,
} from './settings.ts'

/** Help for a program that has nothing but settings. */
export function settingsHelp(command: string, schema: SettingsSchema): string {
  return `Usage: ${command} [settings]\n${settingsSections(schema)}`
}

/** The part of a help text that lists settings. */
export function settingsSections(schema: SettingsSchema): string {
  const settings = describeSettings(schema)
  return [
    '',
    'Each setting is a flag, else an environment variable, else its default.',
    ...section(
      'To be given',
      settings.filter(({ isOptional }) => !isOptional),
    ),
    ...section(
      'May be given',
      settings.filter(({ isOptional }) => isOptional),
    ),
    '',
  ].join('\n')
}

/** What there is to know of a setting beside its description, in one line. */
function settingFacts({ want, variable, defaultText }: SettingDescription): string {
  const kind = want === anyText ? [] : [want]
  const fallback = defaultText === undefined ? [] : [`default ${defaultText}`]
  return [...kind, ...fallback, variable].join('; ')
}

function section(title: string, settings: readonly SettingDescription[]): readonly string[] {
  const lines = settings.flatMap((setting) => [
    `  ${setting.flag}`,
    `      ${setting.description}`,
    `      ${settingFacts(setting)}`,
  ])
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}
