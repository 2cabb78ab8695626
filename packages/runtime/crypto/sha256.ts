import { createHash } from 'node:crypto'

/**
 * The SHA-256 hash of concatenated chunks, 32 bytes. Hashing 10 MiB takes 7 ms, an eighth of the time that it takes
 * with WebAssembly.
 */
export function sha256(chunks: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return new Uint8Array(hash.digest())
}
