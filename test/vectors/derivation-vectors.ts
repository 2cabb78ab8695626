import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of known answers: the project's own, or another with the same names and forms. */
const folder = process.env['ATOLL_VECTORS'] ?? join(import.meta.dirname, 'derivation')

/** One file of known answers, as its JSON has it. */
export function readVectors(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'))
}
