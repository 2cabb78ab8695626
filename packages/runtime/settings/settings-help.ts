import { describeSettings, type SettingDescription, type SettingsSchema } from './settings.ts'

/** Help for a program that has nothing but settings. */
export function settingsHelp(command: string, schema: SettingsSchema): string {
  const required = describeSettings(schema).filter(({ isOptional }) => !isOptional)
  const optional = describeSettings(schema).filter(({ isOptional }) => isOptional)
  return [
    `Usage: ${command} [settings]`,
    '',
    'Each setting is a flag, else an environment variable, else its default.',
    ...section('To be given', required),
    ...section('May be given', optional),
    '',
  ].join('\n')
}

/** A setting for a list of them: its flag, and all there is to know. */
export function settingLines({ flag, variable, want, description, defaultText }: SettingDescription): {
  readonly flag: string
  readonly text: string
} {
  const fallback = defaultText === undefined ? '' : `; default ${defaultText}`
  return { flag, text: `${description} (${want}${fallback}) [${variable}]` }
}

function section(title: string, settings: readonly SettingDescription[]): readonly string[] {
  if (settings.length === 0) return []
  const lines = settings.map(settingLines)
  const width = Math.max(...lines.map(({ flag }) => flag.length))
  return ['', `${title}:`, ...lines.map(({ flag, text }) => `  ${flag.padEnd(width)}  ${text}`)]
}
