import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

interface PackageFile {
  readonly version: string
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The version of Atoll, from package.json. */
export const version: string = readVersion()

/**
 * The version with the commit of the code, such as `0.1.0+1c3e1a3f0a78`, and with `-dirty` for a checkout with changes.
 * If the commit is not known, the version is without it.
 */
export function fullVersion(): string {
  const commit = writtenCommit() ?? commitOfCheckout()
  return commit === undefined ? version : `${version}+${commit}`
}

function readVersion(): string {
  return (JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as PackageFile).version
}

/** The commit that `git archive`, or the build of an image, wrote into `commit.txt`. */
function writtenCommit(): string | undefined {
  const path = `${root}commit.txt`
  const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
  return /^[0-9a-f]{40,64}$/u.test(text) ? text.slice(0, 12) : undefined
}

/** The commit of the checkout that has this file. A repository that installed Atoll as a package does not count. */
function commitOfCheckout(): string | undefined {
  const place = [`--git-dir=${root}.git`, `--work-tree=${root}`]
  const describe = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*']
  const { status, stdout } = spawnSync('git', [...place, ...describe], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}
