import { createSHA256 } from 'hash-wasm'

const hasher = await createSHA256()

/** The SHA-256 hash of chunks back to back, 32 bytes. */
export function sha256(chunks: readonly Uint8Array[]): Uint8Array {
  hasher.init()
  for (const chunk of chunks) hasher.update(chunk)
  return hasher.digest('binary')
}
