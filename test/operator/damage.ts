import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { makeReadOnly } from '#test/fakes/read-only.ts'

/** The ways to damage a file. */
export const damages = ['truncated', 'random', 'read-only', 'missing', 'of another chain'] as const

/** A way to damage a file. */
export type Damage = (typeof damages)[number]

/**
 * Damages a file.
 *
 * @param parts.other the same file of another chain
 * @returns a function that restores the file; undefined if this file cannot be damaged in this way on this machine
 */
export function damage(
  path: string,
  { how, other }: { readonly how: Damage; readonly other: string },
): (() => void) | undefined {
  const { size } = statSync(path)
  const whole = readFileSync(path)
  const heal = () => writeFileSync(path, whole)
  switch (how) {
    case 'truncated':
      if (size === 0) return undefined
      truncateSync(path, Math.floor(size / 2))
      return heal
    case 'random':
      writeFileSync(path, randomBytes(Math.max(size, 20)))
      return heal
    case 'missing':
      rmSync(path)
      return heal
    case 'of another chain':
      if (!existsSync(other)) return undefined
      copyFileSync(other, path)
      return heal
    case 'read-only':
      return makeReadOnly(path)
  }
}
