import * as z from 'zod'
import type { SettingsSchema } from './settings.ts'

/**
 * Merges several schemas into one. Schemas with a common setting must import the same declaration of it, because two
 * declarations under one name could differ, and the order of the schemas would decide which one applies.
 *
 * @param overrides settings that replace the settings of the same name in `schemas`
 * @throws Error if a name is declared twice and not overridden
 */
export function mergeSettings(
  schemas: readonly SettingsSchema[],
  overrides: SettingsSchema['shape'] = {},
): SettingsSchema {
  const merged: Record<string, z.ZodType> = {}
  for (const { shape } of schemas)
    for (const [key, kind] of Object.entries(shape)) {
      const isConflict = merged[key] !== undefined && merged[key] !== kind
      if (isConflict && !Object.hasOwn(overrides, key))
        throw new Error(`setting ${key} is declared twice: declare it once and import it`)
      merged[key] = kind
    }
  return z.strictObject({ ...merged, ...overrides })
}
