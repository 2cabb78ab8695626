import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { asidePath } from '#runtime/aside-path.ts'
import { isFault } from '#runtime/fault.ts'
import type { Report } from '#node/supervisor.ts'
import { storeFolder } from './nats-server.ts'

/**
 * Starts a server. If the server ends at once with an existing store, the store is moved aside, and the server starts
 * with an empty one, which services write again. If the server does not start then either, the store is moved back.
 *
 * @throws the error of the first start; `aborted` if the second one is cancelled
 */
export async function withUsableStore<Running>(
  dataDir: string,
  { report, start }: { readonly report: Report; readonly start: () => Promise<Running> },
): Promise<Running> {
  const store = storeFolder(dataDir)
  const isNew = !existsSync(store)
  try {
    return await start()
  } catch (error) {
    if (isNew || !isFault(error, 'nats-server-failed') || error.fields.hasEnded !== true)
      throw error
    const aside = asidePath(store)
    // The report comes before the move, since the process may end before the second start.
    const what = `the NATS server does not start with the store of the bus: it is moved to ${aside}`
    report(`${what}; a new one is empty until services write it (${error.message})`, 'warn')
    await rename(store, aside)
    try {
      return await start()
    } catch (second) {
      await rm(store, { recursive: true, force: true })
      await rename(aside, store)
      report(
        'the NATS server does not start with an empty store either: the store was moved back',
        'warn',
      )
      throw isFault(second, 'aborted') ? second : error
    }
  }
}
