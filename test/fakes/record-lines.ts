import { fileURLToPath } from 'node:url'
import { readLines, requireFile } from '#records/folder/read-lines.ts'

/** The records that the project keeps. */
export const recordsFolder: string = fileURLToPath(new URL('../vectors/records/', import.meta.url))

/** The first line in a file of a record that satisfies a condition. */
export async function firstLineOf(
  record: string,
  file: string,
  isWanted: (json: unknown) => boolean,
): Promise<unknown> {
  for await (const { json } of readLines(requireFile(`${recordsFolder}${record}`, file)))
    if (isWanted(json)) return json
  throw new Error(`no such line in ${file} of ${record}`)
}
