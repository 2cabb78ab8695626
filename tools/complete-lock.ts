/**
 * Adds to `package-lock.json` the optional platform packages that npm omitted.
 *
 * `npm install` omits an optional dependency that the registry does not serve, and `npm ci` then refuses the lock file
 * (npm/cli #9846). Run `npm run lock` after each change of the dependencies.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface LockedPackage {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface Lock {
  packages: Record<string, LockedPackage>
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

/**
 * The missing entries of a lock file: one for each optional dependency of a locked package that has no entry. The `os`,
 * `cpu` and `libc` of an entry are read from its name, such as `@scope/tool-linux-x64-musl`.
 */
export function missingEntries(lock: Lock): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {}
  for (const parent of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`
      if (lock.packages[path] === undefined) missing[path] = platformEntry(name, version, parent)
    }
  }
  return missing
}

/** An entry with its fields in npm's order, so that the next install does not change the file. */
function platformEntry(name: string, version: string, parent: LockedPackage): LockedPackage {
  const words = name.split(/[/-]/)
  const os = systems.filter((system) => words.includes(system))
  const cpu = processors.filter((processor) => words.includes(processor))
  const libc = libcOf(words)
  return {
    version,
    ...(cpu.length > 0 && { cpu }),
    ...(parent.dev === true && { dev: true }),
    ...(libc !== undefined && { libc: [libc] }),
    optional: true,
    ...(os.length > 0 && { os }),
  }
}

function libcOf(words: readonly string[]): string | undefined {
  if (!words.includes('linux')) return undefined
  if (words.some((word) => word.startsWith('musl'))) return 'musl'
  return words.some((word) => word.startsWith('gnu')) ? 'glibc' : undefined
}

if (import.meta.main) {
  const path = 'package-lock.json'
  const lock = JSON.parse(readFileSync(path, 'utf8')) as Lock
  const missing = missingEntries(lock)
  const packages = { ...lock.packages, ...missing }
  lock.packages = Object.fromEntries(
    Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  )
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
  process.stdout.write(`${path}: added ${Object.keys(missing).length} platform packages\n`)
}
