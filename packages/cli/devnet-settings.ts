import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { natsServer } from '#node/bus-settings.ts'
import { serviceSettings } from '#runtime/settings/service-settings.ts'
import { onOff, oneOf, seconds, shownDefault, want } from '#runtime/settings/setting-kinds.ts'

const keptRecord = fileURLToPath(
  new URL('../../test/vectors/records/all-forks-lagoon', import.meta.url),
)

const until = want(
  z
    .string()
    .regex(/^(?:safe|finalized)=\d{1,15}(?:,(?:safe|finalized)=\d{1,15})?$/u)
    .transform((text) => {
      const numberOf = (name: string) => {
        const [, number] = new RegExp(`${name}=(\\d+)`, 'u').exec(text) ?? []
        return number === undefined ? undefined : BigInt(number)
      }
      return { safe: numberOf('safe'), finalized: numberOf('finalized') }
    }),
  'safe=N, finalized=N, or both with a comma',
)

/** Settings of `atoll devnet`. */
export const devnetSettings = z.strictObject({
  record: shownDefault(
    want(z.string(), 'a folder with l1.ndjson, l2.ndjson and genesis.json, gzipped or not')
      .default(keptRecord)
      .describe('recorded chain whose L1 is replayed'),
    'a record that activates all forks',
  ),
  speed: want(
    z
      .string()
      .regex(/^(?:max|\d{1,6}(?:\.\d{1,3})?)$/u)
      .transform((text) => (text === 'max' ? 0 : Number(text))),
    'a number such as 12 or 0.5, or max',
  )
    .default(12)
    .describe(
      'factor on the recorded speed at which L1 grows; max: all blocks of L1 from the start',
    ),
  until: until
    .optional()
    .describe('end when these heads are reached; default: when all recorded blocks are final'),
  timeoutSeconds: seconds(1, 86_400)
    .default(180)
    .describe('time limit for reaching the heads; the command exits with 1 if it is exceeded'),
  json: onOff().default(false).describe('whether to print one JSON object at the end'),
  dataDir: z.string().optional().describe('data folder to keep; default: a temporary one'),
  natsServer,
  inMemory: onOff()
    .default(false)
    .describe(
      'whether all services run in one process with a bus in memory, without a NATS server',
    ),
  logLevel: oneOf(['error', 'warn', 'info', 'debug'])
    .default('error')
    .describe('lowest level that the services log'),
  otlpUrl: serviceSettings.shape.otlpUrl,
})
