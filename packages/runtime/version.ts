import { readFileSync } from 'node:fs'

interface PackageFile {
  readonly version: string
}

/** The version of Atoll, from package.json. */
export const version: string = readVersion()

function readVersion(): string {
  const path = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as PackageFile).version
}
