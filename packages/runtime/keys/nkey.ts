import { join } from 'node:path'
import { nkeys } from '@nats-io/transport-node'
import { type BusRole, busRoles } from '#messages/services.ts'
import { Fault } from '#runtime/fault.ts'
import { readSecretFile, writeSecretFile } from './secret-file.ts'

/** An nkey of a user of the bus. */
export interface Nkey {
  /** `SU…`: the secret. */
  readonly seed: string
  /** `U…`: what the server knows. */
  readonly publicKey: string
}

/** An nkey seed of a user: `SU`, and 56 letters and digits. */
const seedPattern = /^SU[A-Z2-7]{56}$/

/** Makes a new key. */
export function createNkey(): Nkey {
  const pair = nkeys.createUser()
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() }
}

/**
 * Reads a key from its file.
 *
 * @throws Fault `bad-key` if there is no file, or no seed of a user in it
 */
export async function readNkey(path: string): Promise<Nkey> {
  const seed = await readSecretFile(path)
  const make = `make one with: atoll keys create nkey ${path}`
  if (seed === undefined) throw badKey(`${path} is missing; ${make}`)
  if (!seedPattern.test(seed)) throw badKey(`${path} holds no nkey seed of a user; ${make}`)
  try {
    const pair = nkeys.fromSeed(new TextEncoder().encode(seed))
    return {
      seed,
      // Takes tens of milliseconds, and most have no need of it.
      get publicKey() {
        return pair.getPublicKey()
      },
    }
  } catch (cause) {
    throw badKey(`${path} holds a seed whose checksum is wrong; ${make}`, cause)
  }
}

/**
 * The keys of all users of a node's bus, one file each: `<folder>/<role>.nkey`. Those that are missing are made.
 *
 * @throws Fault `bad-key` if a file holds something else
 */
export async function ensureBusKeys(folder: string): Promise<ReadonlyMap<BusRole, Nkey>> {
  const keys = new Map<BusRole, Nkey>()
  for (const role of busRoles) {
    const path = busKeyFile(folder, role)
    if ((await readSecretFile(path)) === undefined) await writeSecretFile(path, createNkey().seed)
    keys.set(role, await readNkey(path))
  }
  return keys
}

/** Where the key of a user of the bus is kept. */
export function busKeyFile(folder: string, role: BusRole): string {
  return join(folder, `${role}.nkey`)
}

function badKey(detail: string, cause?: unknown): Fault {
  return new Fault('bad-key', { detail, cause })
}
