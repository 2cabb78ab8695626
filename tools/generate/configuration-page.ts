import { programs } from '#cli/programs.ts'
import { serviceSettings } from '#runtime/settings/service-settings.ts'
import { anyText } from '#runtime/settings/setting-kinds.ts'
import { describeSettings, type SettingsSchema } from '#runtime/settings/settings.ts'
import { table } from './messages-page.ts'

const titles: Readonly<Record<string, string>> = {
  service: 'Every service',
}

/** The reference of all settings, from the schemas that read them. */
export function configurationPage(): string {
  return [
    '# Configuration',
    '',
    'Made by `npm run generate` from the settings that the programs read.',
    '',
    'Each setting is read from its flag (`--l1-rpc-urls`), else from its variable (`ATOLL_L1_RPC_URLS`). Without both, it has its default.',
    'An unknown flag is an error, and all mistakes are reported together. A secret is given as the path of a file.',
    '`atoll config PROGRAM` prints the settings that a program would use, and the source of each value.',
    '',
    ...Object.entries(programs).flatMap(([name, schema]) => [
      `## ${titles[name] ?? `\`atoll ${name}\``}`,
      '',
      ...table(
        ['flag', 'variable', 'default', 'what it is'],
        shownOf(name, schema).map((setting) => [
          `\`${setting.flag}\``,
          `\`${setting.variable}\``,
          defaultOf(setting),
          setting.want === anyText
            ? setting.description
            : `${setting.description} (${setting.want})`,
        ]),
      ),
      '',
    ]),
  ].join('\n')
}

/**
 * The settings that the page lists for a program. Settings that all services share are not repeated for each service.
 */
function shownOf(name: string, schema: SettingsSchema) {
  const isService = name.startsWith('service ')
  return describeSettings(schema).filter(
    ({ key }) => !isService || !Object.hasOwn(serviceSettings.shape, key),
  )
}

function defaultOf({
  defaultText,
  isOptional,
}: ReturnType<typeof describeSettings>[number]): string {
  if (defaultText !== undefined) return `\`${defaultText}\``
  return isOptional ? '–' : 'must be given'
}
