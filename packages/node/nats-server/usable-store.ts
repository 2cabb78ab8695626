import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { asidePath } from '#runtime/aside-path.ts'
import { isFault } from '#runtime/fault.ts'
import type { Report } from '#node/supervisor.ts'
import { storeFolder } from './nats-server.ts'

/**
 * Starts a server. If the server ends immediately when it is started on an existing store, the store is moved aside,
 * and the server is started on an empty store, to which the services write their states again. If the server does not
 * start on the empty store either, the old store is moved back.
 *
 * @throws the error of the first start; Fault `aborted` if the second start is cancelled
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
    const what = `the NATS server does not start with the store of the bus, which is moved to ${aside}`
    report(`${what}; the new store is empty until services write to it (${error.message})`, 'warn')
    await rename(store, aside)
    try {
      return await start()
    } catch (second) {
      await rm(store, { recursive: true, force: true })
      await rename(aside, store)
      report(
        'the NATS server does not start with an empty store either: the old store was moved back',
        'warn',
      )
      throw isFault(second, 'aborted') ? second : error
    }
  }
}
