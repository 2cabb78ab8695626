import { createHash, randomBytes } from 'node:crypto'
import { Argument, type Command } from 'commander'
import { readHexKey } from '#runtime/keys/hex-key.ts'
import { createNkey, ensureBusKeys, readNkey } from '#runtime/keys/nkey.ts'
import { writeSecretFile } from '#runtime/keys/secret-file.ts'
import { print, printTable } from '#node/output.ts'
import { addHelpLines } from '#runtime/settings/settings-help.ts'

interface KeyKind {
  readonly summary: string
  /** Makes a key, in the form of its file. */
  create(): Promise<string>
  /** Reads a key file, and returns the names and values of its public parts. */
  show(path: string): Promise<readonly (readonly [string, string])[]>
}

/** Every kind of key that Atoll's services use. */
const kinds: Readonly<Record<string, KeyKind>> = {
  nkey: {
    summary: 'a user of the bus',
    create: () => Promise.resolve(createNkey().seed),
    show: async (path) => [['public key', (await readNkey(path)).publicKey]],
  },
  libp2p: {
    summary: "the node's identity towards its peers, as in op-node",
    create: randomKey,
    show: async (path) => {
      const { readNetworkKey } = await import('#libp2p/network-key-file.ts')
      const { peerIdOf, publicKeyOf } = await import('#protocol/p2p/network-key.ts')
      return [['peer id', peerIdOf(publicKeyOf(await readNetworkKey(path)))]]
    },
  },
  secp256k1: {
    summary: "an Ethereum account, such as the sequencer's signer",
    create: randomKey,
    show: async (path) => {
      const { privateKeyToAccount } = await import('viem/accounts')
      const { address, publicKey } = privateKeyToAccount(`0x${await readHexKey(path)}`)
      return [
        ['address', address],
        ['public key', publicKey],
      ]
    },
  },
  jwt: {
    summary: 'the secret shared with the execution client',
    create: randomKey,
    show: async (path) => {
      // A secret has no public part. Its digest shows whether two files are equal.
      const key = Buffer.from(await readHexKey(path), 'hex')
      return [['sha256', createHash('sha256').update(key).digest('hex')]]
    },
  },
}

/** Adds `atoll keys`. */
export function addKeysCommands(program: Command): void {
  const keys = program
    .command('keys')
    .summary('create keys, and show their public parts')
    .description('Create keys, and show their public parts.')
  const listed = Object.entries(kinds).map(
    ([kind, { summary }]) => `  ${kind.padEnd(10)} ${summary}`,
  )
  const help = ['Kinds of keys, all but nkey as 32 bytes of hex:', ...listed]
  const kindArgument = new Argument('<kind>', 'what the key is for').choices(Object.keys(kinds))
  addHelpLines(keys.command('create'), help)
    .description(
      'Write a new key to a file that only its owner can read. An existing file is not overwritten.',
    )
    .addArgument(kindArgument)
    .argument('<file>', 'where to write it')
    .action(async (kind: string, file: string) => {
      const key = kindOf(kind)
      await writeSecretFile(file, await key.create())
      await show(key, file)
    })
  keys
    .command('create-bus')
    .description('Create missing keys of all bus users in a folder.')
    .argument('<folder>', 'folder of the keys, one file for each user, such as engine.nkey')
    .action(async (folder: string) => {
      const all = await ensureBusKeys(folder)
      printTable([['user', 'public key'], ...[...all].map(([role, key]) => [role, key.publicKey])])
    })
  addHelpLines(keys.command('show'), help)
    .description('Print the public part of a key.')
    .addArgument(kindArgument)
    .argument('<file>', 'file of the key')
    .action((kind: string, file: string) => show(kindOf(kind), file))
}

function kindOf(kind: string): KeyKind {
  const found = kinds[kind]
  if (found === undefined) throw new Error(`${kind} is not a kind of key`)
  return found
}

async function show(kind: KeyKind, file: string): Promise<void> {
  for (const [name, value] of await kind.show(file)) print(`${name}: ${value}`)
}

/** 32 random bytes as hex. The bytes are an invalid private key of secp256k1 with a probability of 2^-128. */
function randomKey(): Promise<string> {
  return Promise.resolve(randomBytes(32).toString('hex'))
}
