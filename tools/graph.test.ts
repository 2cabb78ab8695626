import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { packageWithoutLayer } from './lint/layers.ts'

const graph = fileURLToPath(new URL('graph.ts', import.meta.url))

test('no import between packages goes to a higher layer or in a circle, and no package or service is too large', async () => {
  const { code, stdout } = await run()
  const { packages, problems } = JSON.parse(stdout) as {
    readonly packages: readonly { readonly package: string; readonly lines: number }[]
    readonly problems: readonly string[]
  }
  assert.deepEqual(problems, [])
  assert.equal(code, 0)
  for (const { package: name, lines } of packages) assert.ok(lines > 0, `${name} has no lines`)
})

test('a package without a layer is found', () => {
  assert.equal(packageWithoutLayer('packages/unplaced/a.ts'), 'packages/unplaced')
  assert.equal(packageWithoutLayer('packages/protocol/a.ts'), undefined)
  assert.equal(packageWithoutLayer('test/fakes/values.ts'), undefined)
})

function run(): Promise<{ readonly code: number; readonly stdout: string }> {
  const root = fileURLToPath(new URL('..', import.meta.url))
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [graph, '--json'], { cwd: root }, (_error, stdout) =>
      resolve({ code: child.exitCode ?? 1, stdout }),
    )
  })
}
