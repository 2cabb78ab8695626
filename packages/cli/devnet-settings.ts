import * as z from 'zod'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import { natsServer } from '#node/bus-settings.ts'
import { serviceSettings } from '#runtime/settings/service-settings.ts'
import {
  listOf,
  milliseconds,
  onOff,
  oneOf,
  seconds,
  shownDefault,
  url,
  want,
  wholeNumber,
} from '#runtime/settings/setting-kinds.ts'

const until = want(
  z
    .string()
    .regex(
      /^(?:safe|finalized|flashblocks)=\d{1,15}(?:,(?:safe|finalized|flashblocks)=\d{1,15}){0,2}$/u,
    )
    .transform((text) => {
      const numberOf = (name: string) => {
        const [, number] = new RegExp(`${name}=(\\d+)`, 'u').exec(text) ?? []
        return number === undefined ? undefined : BigInt(number)
      }
      return {
        safe: numberOf('safe'),
        finalized: numberOf('finalized'),
        flashblocks: numberOf('flashblocks'),
      }
    }),
  'safe=N, finalized=N, flashblocks=N, or several with commas',
)

/** Lagoon needs a dependency set, which a devnet does not have. */
const devnetForks = hardforkNames.filter((name) => name !== 'lagoon')

/** The highest port of a devnet with nine nodes is this much above its first port. */
const portsAboveBase = 99

/** Settings of `atoll devnet`. */
export const devnetSettings = z.strictObject({
  nodes: wholeNumber(1, 9)
    .default(2)
    .describe('number of nodes; the first one is the sequencer, and each has its own bus'),
  blockTime: seconds(1, 60)
    .default(2)
    .describe('time between two L2 blocks, at most that of L1 blocks'),
  l1BlockTime: seconds(1, 60).default(2).describe('time between two L1 blocks'),
  forkOffsets: want(
    listOf(z.string().regex(new RegExp(`^(?:${devnetForks.join('|')})=\\d{1,6}$`, 'u'))).optional(),
    'hardforks with seconds, such as jovian=20,karst=40',
  ).describe(
    'hardforks that activate during the run, each with the seconds after the first block; hardforks after them that are not named activate with them; by default all hardforks up to Karst are active from the first block on',
  ),
  batches: oneOf(['span', 'singular']).default('span').describe('kind of the batches'),
  compression: oneOf(['brotli', 'zlib']).default('brotli').describe('compression of the channels'),
  da: oneOf(['blobs', 'calldata']).default('blobs').describe('where the batcher posts channels'),
  transactionRate: want(
    z
      .string()
      .regex(/^\d{1,4}(?:\.\d{1,3})?$/u)
      .transform(Number),
    'a number such as 5 or 0.5',
  )
    .default(2)
    .describe('transactions of users per second; with 0, there are no deposits either'),
  executionClient: url(['http', 'ws'], 'http://localhost:8551')
    .optional()
    .describe(
      'Engine API of your own execution client, which the last node uses in place of an embedded one; the command waits until you have started it with the genesis and the JWT secret of the data folder',
    ),
  executionRpc: url(['http'], 'http://localhost:8545')
    .optional()
    .describe('JSON-RPC of your own execution client; needed with --execution-client'),
  chaos: wholeNumber(0, 2 ** 32 - 1)
    .optional()
    .describe(
      'seed of accidents that happen during the run: killed and paused processes of nodes, reorgs and stalls of L1, a stopped batcher; the warnings of services are shown; with --until, the result has their number, the warnings that none of them explains, and the memory of each process',
    ),
  flashblocks: onOff()
    .default(false)
    .describe(
      'whether blocks are published in parts while they are built; each builder serves them over WebSocket',
    ),
  builders: wholeNumber(1, 9)
    .default(2)
    .describe(
      'with --flashblocks, number of nodes that can build blocks; one of them leads, and the others go on with its block if it dies',
    ),
  flashblockMs: milliseconds(50, 10_000)
    .default(250)
    .describe('with --flashblocks, time between two of them'),
  killBuilderEvery: want(
    z
      .string()
      .regex(/^[1-9]\d{0,3}s?$/u)
      .transform((text) => Number(text.replace('s', ''))),
    'seconds from 1 to 9999, such as 20s',
  )
    .optional()
    .describe('with --flashblocks, mean time after which all processes of the leader are killed'),
  portBase: wholeNumber(1_024, 65_535 - portsAboveBase)
    .default(9_600)
    .describe(
      'first port, which is that of L1; the ports of node N begin at this port + 10 × N, with the JSON-RPC of its execution client',
    ),
  record: want(z.string(), 'a folder with l1.ndjson, l2.ndjson and genesis.json, gzipped or not')
    .optional()
    .describe(
      'recorded chain to follow with one verifier; its L1 is replayed in place of a new L1',
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
      'with --record, factor on the recorded speed at which L1 grows; max: all blocks of L1 from the start',
    ),
  until: until
    .optional()
    .describe(
      'end when all nodes have reached these heads, and with --flashblocks when so many of them were published; by default a run ends with a signal, and with --record when all recorded blocks are final',
    ),
  timeoutSeconds: shownDefault(
    seconds(1, 86_400)
      .optional()
      .describe('time limit for reaching the heads; the command exits with 1 if it is exceeded'),
    '180 with --record; with --until 300, the time of twenty L1 blocks, and twice the time of the L2 blocks',
  ),
  json: onOff().default(false).describe('whether to print one JSON object at the end'),
  dataDir: z.string().optional().describe('data folder to keep; default: a temporary one'),
  natsServer,
  inMemory: onOff()
    .default(false)
    .describe(
      'whether all services of a node run in one process with a bus in memory, without a NATS server',
    ),
  logLevel: oneOf(['error', 'warn', 'info', 'debug'])
    .default('error')
    .describe('lowest level that the services log'),
  otlpUrl: serviceSettings.shape.otlpUrl,
})
