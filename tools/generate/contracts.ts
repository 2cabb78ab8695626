import { readFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import untypedSolc from 'solc'

/** The contracts of the devnet, by name of the file. */
const sources = ['Portal.sol', 'SystemConfig.sol'] as const

const folder = 'devnet/contracts'

const modulePath = `${folder}/contracts.ts`

/** The compiler has no types of its own. */
const solc = untypedSolc as { readonly compile: (input: string) => string }

interface Compiled {
  readonly abi: readonly object[]
  readonly evm: { readonly bytecode: { readonly object: string } }
}

interface Output {
  readonly errors?: readonly { readonly formattedMessage: string }[]
  readonly contracts: Readonly<Record<string, Readonly<Record<string, Compiled>>>>
}

/**
 * The module with the ABI and the bytecode of the devnet's contracts.
 *
 * @throws Error with the messages of the compiler, if there are any
 */
export async function contractsModule(): Promise<string> {
  const content = async (file: string) => {
    return [file, { content: await readFile(`${folder}/${file}`, 'utf8') }] as const
  }
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(await Promise.all(sources.map(content))),
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      // The hash of the metadata would change with each comment.
      metadata: { appendCBOR: false },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const { contracts, errors = [] } = JSON.parse(solc.compile(JSON.stringify(input))) as Output
  if (errors.length > 0)
    throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  const exported = Object.values(contracts).flatMap((ofFile) =>
    Object.entries(ofFile).map(([name, { abi, evm }]) => {
      const contract = { abi, bytecode: `0x${evm.bytecode.object}` }
      return `/** ABI and bytecode of ${name}.sol. */\nexport const ${lowerFirst(name)} = ${JSON.stringify(contract)} as const`
    }),
  )
  const text = `// Generated from the contracts of this folder by npm run generate.\n\n${exported.join('\n\n')}\n`
  const options = await resolveConfig(modulePath)
  return format(text, { ...options, parser: 'typescript' })
}

function lowerFirst(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1)
}
