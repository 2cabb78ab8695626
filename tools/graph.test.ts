import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const graph = fileURLToPath(new URL('graph.ts', import.meta.url))

test('no import between packages goes upward or in a circle, and no package is too large', async () => {
  const { code, stdout } = await run()
  const { packages, problems } = JSON.parse(stdout) as {
    readonly packages: readonly { readonly package: string; readonly lines: number }[]
    readonly problems: readonly string[]
  }
  assert.deepEqual(problems, [])
  assert.equal(code, 0)
  for (const { package: name, lines } of packages) assert.ok(lines > 0, `${name} has no lines`)
})

function run(): Promise<{ readonly code: number; readonly stdout: string }> {
  const root = fileURLToPath(new URL('..', import.meta.url))
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [graph, '--json'], { cwd: root }, (_error, stdout) =>
      resolve({ code: child.exitCode ?? 1, stdout }),
    )
  })
}
