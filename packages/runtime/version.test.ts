import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { fullVersion, version } from './version.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-version-'))
after(() => rmSync(folder, { recursive: true }))

const git = (...args: readonly string[]) => {
  const settings = ['-c', 'user.name=test', '-c', 'user.email=test@example.org']
  return spawnSync('git', [...settings, ...args], { cwd: folder, encoding: 'utf8' })
}

/** The full version of a copy of the code in `folder`. @param name of the copy, since a module is loaded once */
async function versionOfCopy(name: string): Promise<string> {
  const file = join(folder, 'packages', 'runtime', `${name}.ts`)
  cpSync(join(import.meta.dirname, 'version.ts'), file)
  const copy = (await import(pathToFileURL(file).href)) as { fullVersion: () => string }
  return copy.fullVersion()
}

test('the version has the commit of the checkout, and whether files were changed', async () => {
  writeFileSync(join(folder, 'package.json'), '{"version":"1.2.3","type":"module"}')
  assert.equal(await versionOfCopy('no-checkout'), '1.2.3')
  git('init')
  git('add', 'package.json')
  git('commit', '--message=first')
  const commit = git('rev-parse', '--short=12', 'HEAD').stdout.trim()
  assert.equal(await versionOfCopy('checkout'), `1.2.3+${commit}`)
  writeFileSync(join(folder, 'package.json'), '{"version":"1.2.4","type":"module"}')
  assert.equal(await versionOfCopy('changed'), `1.2.4+${commit}-dirty`)
})

test('if commit.txt contains a commit, the version has this commit', async () => {
  writeFileSync(join(folder, 'commit.txt'), '$Format:%H$\n')
  assert.match(await versionOfCopy('not-written'), /-dirty$/)
  writeFileSync(join(folder, 'commit.txt'), `${'ab'.repeat(20)}\n`)
  assert.equal(await versionOfCopy('written'), '1.2.4+abababababab')
})

test('the full version begins with the version of the package', () => {
  assert.ok(fullVersion().startsWith(version))
})
