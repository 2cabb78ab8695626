import { Fault } from '#runtime/fault.ts'
import { readSecretFile } from './secret-file.ts'

/**
 * Reads a 32-byte key from a file: 64 hex digits, with or without 0x, surrounded by any white space.
 *
 * @returns the digits in lower case, without 0x
 * @throws Fault `bad-key` if the file is missing or has other content; `file-refused` if it cannot be read
 */
export async function readHexKey(path: string): Promise<string> {
  const text = (await readSecretFile(path))?.replace(/^0x/i, '')
  if (text !== undefined && /^[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase()
  const problem = text === undefined ? 'is missing' : 'does not hold 32 bytes of hex'
  throw new Fault('bad-key', { detail: `${path} ${problem}` })
}
