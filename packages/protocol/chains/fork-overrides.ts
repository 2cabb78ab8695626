import type { HardforkName } from './hardforks.ts'

/** What an operator sets in the place of what the config says: `--override.karst` and the like. */
export type ForkOverrides = Readonly<
  Partial<
    Record<HardforkName | 'pectrablobschedule', bigint> & { 'keep-karst-upgrade-gas': boolean }
  >
>

/** A `rollup.json` with other times in it, before it is parsed: so all that a config must be, it must be with them. */
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
