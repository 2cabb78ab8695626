import type { HardforkName } from './hardforks.ts'

/** Fork times that an operator sets in place of the times in the config, as with `--override.karst`. */
export type ForkOverrides = Readonly<
  Partial<
    Record<HardforkName | 'pectrablobschedule', bigint> & { 'keep-karst-upgrade-gas': boolean }
  >
>

/** Applies overrides to a `rollup.json` before it is parsed, so that the checks of a config apply to the result. */
export function withForkOverrides(json: unknown, overrides: ForkOverrides): unknown {
  if (typeof json !== 'object' || json === null) return json
  const changed: Record<string, unknown> = { ...json }
  for (const [name, value] of Object.entries(overrides))
    if (value !== undefined)
      changed[fieldOf(name)] = typeof value === 'bigint' ? Number(value) : value
  return changed
}

function fieldOf(name: string): string {
  if (name === 'pectrablobschedule') return 'pectra_blob_schedule_time'
  return name === 'keep-karst-upgrade-gas' ? 'keep_karst_upgrade_gas' : `${name}_time`
}
