import { HashedKeys } from './hashed-keys.ts'
import type { StateChanges, StateSource } from './world-state.ts'

/** Trie nodes and codes in memory. */
export class MemoryStore implements StateSource {
  readonly keys: HashedKeys = new HashedKeys()
  readonly #nodes = new Map<string, Uint8Array>()
  readonly #codes = new Map<string, Uint8Array>()

  node(hash: Uint8Array): Uint8Array {
    return present(this.#nodes, hash, 'node')
  }

  code(hash: Uint8Array): Uint8Array {
    return present(this.#codes, hash, 'code')
  }

  put({ nodes, codes }: Pick<StateChanges, 'nodes' | 'codes'>): void {
    for (const [hash, node] of nodes) this.#nodes.set(keyOf(hash), node)
    for (const [hash, code] of codes) this.#codes.set(keyOf(hash), code)
  }
}

function present(map: ReadonlyMap<string, Uint8Array>, hash: Uint8Array, what: string): Uint8Array {
  const found = map.get(keyOf(hash))
  if (found === undefined)
    throw new Error(`there is no ${what} ${Buffer.from(hash).toString('hex')}`)
  return found
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('latin1')
}
