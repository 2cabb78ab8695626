import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { asidePath } from '#runtime/aside-path.ts'
import { isFault } from '#runtime/fault.ts'
import type { Report } from '#node/supervisor.ts'
import { storeFolder } from './nats-server.ts'

/**
 * Starts a server. If it ends at once with the store that it finds, that is moved aside and the store starts empty, since
 * services write it again. If the server does not start then either, the store is moved back.
 *
 * @throws the error of the first start
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
    await rename(store, aside)
    try {
      const running = await start()
      const what = `the store of the bus is unusable and starts empty: services write it again`
      report(`${what}; it was moved to ${aside} (${error.message})`, 'warn')
      return running
      // eslint-disable-next-line atoll/use-caught-error -- the first error is the one with the store
    } catch {
      await rm(store, { recursive: true, force: true })
      await rename(aside, store)
      throw error
    }
  }
}
