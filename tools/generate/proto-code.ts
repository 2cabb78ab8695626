import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { globSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pbjs from 'protobufjs-cli/pbjs.js'

/** Every file of the schema, in the same order on every machine. */
export function protoFiles(): readonly string[] {
  return globSync('proto/atoll/**/*.proto').toSorted()
}

/**
 * Code and types of all messages, with only the functions to encode and decode: `packages/messages` converts and checks
 * the values. 64-bit numbers are `Long`, which is exact.
 */
export async function protoCode(): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-proto-'))
  try {
    const file = join(folder, 'atoll.js')
    const omitted = ['verify', 'convert', 'delimited', 'create', 'typeurl', 'service']
    const options = ['-t', 'static-module', '-w', 'esm', '-d', '-p', 'proto', '--force-long']
    await run([...options, ...omitted.map((part) => `--no-${part}`), '-o', file, ...protoFiles()])
    return {
      'proto/gen/atoll.js': withoutComments(await readFile(file, 'utf8')),
      'proto/gen/atoll.d.ts': withoutComments(await readFile(join(folder, 'atoll.d.ts'), 'utf8')),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Removes comment blocks and empty lines, which are half of the generated code. */
function withoutComments(code: string): string {
  return `${code
    .replace(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '')
    .replace(/\n\s*\n/g, '\n')
    .trimEnd()}\n`
}

function run(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    pbjs.main([...args], (error) => {
      if (error === null) resolve()
      else reject(error)
      return undefined
    })
  })
}
