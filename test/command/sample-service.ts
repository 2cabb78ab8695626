/** A service with a few settings and nothing to do, for tests of the behaviour that all services share. */
import * as z from 'zod'
import { runService } from '#service/run-service.ts'
import { onOff, readableFile, url, wholeNumber } from '#runtime/settings/setting-kinds.ts'

const config = z.strictObject({
  engineUrl: url(['http', 'https'], 'http://127.0.0.1:8551').describe('Engine API'),
  jwtSecretFile: readableFile('a secret').optional().describe('shared with the execution client'),
  engineTimeoutMs: wholeNumber(1, 60_000).default(5_000).describe('how long a call may take'),
  /** Ignores the request to stop. */
  stubborn: onOff().default(false),
  /** Fails after this number of milliseconds. */
  failAfterMs: wholeNumber(0, 60_000).default(0),
})

await runService('engine', config, async ({ settings, signal, status, log }) => {
  log.info({ engineUrl: settings.engineUrl }, 'working')
  status.setWait({ what: 'something to do', next: 'keeps waiting' })
  await new Promise<void>((resolve, reject) => {
    if (settings.failAfterMs > 0)
      setTimeout(() => reject(new Error('an invariant does not hold')), settings.failAfterMs)
    if (!settings.stubborn) signal.addEventListener('abort', () => resolve(), { once: true })
  })
})
