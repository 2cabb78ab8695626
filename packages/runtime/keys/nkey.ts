import { join } from 'node:path'
import { nkeys } from '@nats-io/transport-node'
import { type BusRole, busRoles } from '#messages/services.ts'
import { Fault } from '#runtime/fault.ts'
import { nkeySeedProblem } from './nkey-seed.ts'
import { readSecretFile, writeSecretFile } from './secret-file.ts'

/** The nkey of a bus user. */
export interface Nkey {
  /** `SU…`: the secret. */
  readonly seed: string
  /** `U…`: the public key. */
  readonly publicKey: string
}

/** Makes a new key. */
export function createNkey(): Nkey {
  const pair = nkeys.createUser()
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() }
}

/**
 * Reads a key from its file.
 *
 * @param make how an operator can get a key, for the text of an error
 * @throws Fault `bad-key` if the file is missing or has no user seed
 */
export async function readNkey(
  path: string,
  make = `make one with: atoll keys create nkey ${path}`,
): Promise<Nkey> {
  const seed = await readSecretFile(path)
  if (seed === undefined) throw badKey(`${path} is missing; ${make}`)
  const problem = nkeySeedProblem(seed)
  if (problem !== undefined) throw badKey(`${path}: ${problem}; ${make}`)
  try {
    const pair = nkeys.fromSeed(new TextEncoder().encode(seed))
    return {
      seed,
      // Computed on first use, because it takes tens of milliseconds, and most processes do not need it.
      get publicKey() {
        return pair.getPublicKey()
      },
    }
  } catch (cause) {
    throw badKey(`${path} holds a seed whose checksum is wrong; ${make}`, cause)
  }
}

/**
 * Reads the keys of all users of a node's bus from `<folder>/<role>.nkey`, and creates missing keys.
 *
 * @throws Fault `bad-key` if a file has other content
 */
export async function ensureBusKeys(folder: string): Promise<ReadonlyMap<BusRole, Nkey>> {
  const keys = new Map<BusRole, Nkey>()
  for (const role of busRoles) {
    const path = busKeyFile(folder, role)
    if ((await readSecretFile(path)) === undefined) await writeSecretFile(path, createNkey().seed)
    keys.set(role, await readNkey(path, 'delete it, and the next start makes a new one'))
  }
  return keys
}

/** Path of the key of a bus user. */
export function busKeyFile(folder: string, role: BusRole): string {
  return join(folder, `${role}.nkey`)
}

function badKey(detail: string, cause?: unknown): Fault {
  return new Fault('bad-key', { detail, cause })
}
