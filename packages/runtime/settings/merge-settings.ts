import * as z from 'zod'
import type { SettingsSchema } from './settings.ts'

/**
 * One schema with the settings of several. A setting that several of them have must be one declaration in all of them, which
 * the schemas import: two declarations under one name could differ in meaning, and the order of the schemas would decide.
 *
 * @param overrides settings that replace those of the same name in `schemas`
 * @throws Error if a name is declared twice
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
