import { createKeccak } from 'hash-wasm'

const hasher = await createKeccak(256)

/** The Keccak-256 hash, 32 bytes. WebAssembly takes 1 µs for 136 bytes, plain JavaScript 9 µs. */
export function keccak256(data: Uint8Array): Uint8Array {
  return hasher.init().update(data).digest('binary')
}
