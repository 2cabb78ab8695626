import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { invalidFile } from '#runtime/json-file.ts'
import { isSystemError, toError } from '#runtime/fault.ts'
import { Serial } from '#runtime/serial.ts'
import type { ActivityFile } from '#services/sequencer/ports.ts'
import { replaceFile } from './replace-file.ts'

/** op-node's file, whose other fields are kept. Source: op-node, node/config_persistence.go */
const activityJson = z.looseObject({ sequencerStarted: z.boolean().optional() })

/** The file that keeps whether the sequencer was started, in op-node's format. */
export function openActivityFile(path: string): ActivityFile {
  // A stop may follow a start before the disk has written the start.
  const writes = new Serial()
  const read = async () => {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (isSystemError(error) && error.code === 'ENOENT') return undefined
      throw invalidFile(path, toError(error))
    }
    try {
      return activityJson.parse(JSON.parse(text))
    } catch (cause) {
      const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : toError(cause).message
      throw invalidFile(path, new Error(problem, { cause }))
    }
  }
  return {
    load: async () => (await read())?.sequencerStarted,
    store: (sequencerStarted) =>
      writes.run(async () => {
        const json = { ...(await read()), sequencerStarted }
        await replaceFile(path, JSON.stringify(json))
      }),
  }
}
