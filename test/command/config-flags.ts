import { configFiles } from '#devnet/record-world.ts'
import { describeSettings } from '#runtime/settings/settings.ts'
import { chainSettings } from '#runtime/settings/chain-settings.ts'

/** Flags that name the rollup config of a record. */
export function configFlags(record: string): readonly string[] {
  const files = configFiles(record)
  return describeSettings(chainSettings).flatMap(({ key, flag }) => {
    const file = files[key]
    return file === undefined ? [] : [`${flag}=${file}`]
  })
}
