import { existsSync } from 'node:fs'

/** A free path to which a file or folder that cannot be used is moved, so that nothing is overwritten. */
export function asidePath(path: string): string {
  let aside = `${path}.unusable`
  for (let number = 2; existsSync(aside); number++) aside = `${path}.unusable-${number}`
  return aside
}
