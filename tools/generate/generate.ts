/**
 * Writes generated files: protobuf code, the history of the schema, reference pages.
 *
 *   npm run generate            writes the files that differ
 *   npm run generate -- --check lists differences, and fails if there is one; part of `npm run check`
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { alertRules } from './alerts.ts'
import { contractsModule } from './contracts.ts'
import { configurationPage } from './configuration-page.ts'
import { derivationPage } from './derivation-page.ts'
import { faultCodesPage } from './fault-codes-page.ts'
import { messagesPage } from './messages-page.ts'
import { metricsPage } from './metrics-page.ts'
import { protoCode } from './proto-code.ts'
import { schemaHistory } from './schema-history.ts'

/** Contents by path, from the root of the project. */
type Files = Readonly<Record<string, string>>

async function generate(): Promise<Files> {
  return {
    ...(await protoCode()),
    'proto/history.json': await schemaHistory(),
    'docs/messages.md': messagesPage(),
    'docs/configuration.md': configurationPage(),
    'docs/derivation.md': derivationPage(),
    'docs/fault-codes.md': await faultCodesPage(),
    'docs/metrics.md': await metricsPage(),
    'deploy/prometheus/alerts.yml': alertRules(),
    'devnet/contracts/contracts.ts': await contractsModule(),
  }
}

async function currentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function main(args: readonly string[]): Promise<void> {
  const isCheck = args.includes('--check')
  for (const [path, content] of Object.entries(await generate())) {
    if ((await currentOf(path)) === content) continue
    if (isCheck) {
      console.error(`${path} differs from what npm run generate makes`)
      process.exitCode = 1
    } else {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
      console.log(`wrote ${path}`)
    }
  }
}

await main(process.argv.slice(2))
