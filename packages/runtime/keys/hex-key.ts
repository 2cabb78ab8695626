import { Fault } from '#runtime/fault.ts'
import { readSecretFile } from './secret-file.ts'

const hexKey = /^(?:0x)?([0-9a-f]{64})$/iu

/** The mistake in the text of a file that should hold a 32-byte key; undefined if there is none. */
export function hexKeyProblem(text: string): string | undefined {
  return hexKey.test(text.trim()) ? undefined : 'it does not hold 32 bytes of hex'
}

/**
 * Reads a 32-byte key from a file: 64 hex digits, with or without 0x, surrounded by any white space.
 *
 * @returns the digits in lower case, without 0x
 * @throws Fault `bad-key` if the file is missing or has other content; `file-refused` if it cannot be read
 */
export async function readHexKey(path: string): Promise<string> {
  const text = await readSecretFile(path)
  const [, digits] = hexKey.exec(text ?? '') ?? []
  if (digits !== undefined) return digits.toLowerCase()
  const problem = text === undefined ? 'is missing' : 'does not hold 32 bytes of hex'
  throw new Fault('bad-key', { detail: `${path} ${problem}` })
}
