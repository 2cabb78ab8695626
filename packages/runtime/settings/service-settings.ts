import { hostname } from 'node:os'
import * as z from 'zod'
import { instanceNamePattern, nodeNamePattern } from '#messages/bus-names.ts'
import { nkeySeedProblem } from '#runtime/keys/nkey-seed.ts'
import { certificateProblem } from '#runtime/keys/pem.ts'
import {
  chainId,
  listOf,
  oneOf,
  port,
  readableFile,
  shownDefault,
  url,
  urlWithoutUser,
  want,
} from './setting-kinds.ts'

/** Settings of the bus connection. */
export const busSettings = z.strictObject({
  chainId: chainId().describe('chain id of the rollup'),
  node: want(z.string().regex(nodeNamePattern), '1 to 32 of a-z, 0-9 and -')
    .default('main')
    .describe('name of the node that the bus belongs to'),
  natsUrls: listOf(urlWithoutUser(['nats', 'tls'], 'nats://127.0.0.1:4222'))
    .default(['nats://127.0.0.1:4222'])
    .describe('NATS server of the node'),
  natsSeedFile: readableFile('an nkey seed', nkeySeedProblem)
    .optional()
    .describe('key of this user of the bus; not needed if the server requires none'),
  natsCaFile: readableFile('a certificate authority, PEM', certificateProblem)
    .optional()
    .describe(
      'certificate authority of the server; not needed for a public authority, or without TLS',
    ),
})

/** Settings of the log. */
export const logSettings = z.strictObject({
  logLevel: oneOf(['error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('lowest level that is logged'),
  logFormat: oneOf(['auto', 'json', 'logfmt', 'text'])
    .default('auto')
    .describe("auto is text on a terminal and JSON elsewhere; text has op-node's form"),
})

/** Settings that every service has in addition to its own. */
export const serviceSettings = z.strictObject({
  ...busSettings.shape,
  instance: shownDefault(
    want(z.string().regex(instanceNamePattern), '1 to 64 letters, digits, _ and -')
      .default(ownHostname())
      .describe('name of this process, unique in its service and the same after a restart'),
    "the host's name",
  ),
  ...logSettings.shape,
  healthHost: z
    .string()
    .default('127.0.0.1')
    .describe('address that serves /healthz, /readyz and /metrics'),
  healthPort: port().default(0).describe('port of /healthz; 0 takes any free port'),
  otlpUrl: url(['http', 'https'], 'http://127.0.0.1:4318/v1/traces')
    .optional()
    .describe('where to send OpenTelemetry spans, by OTLP over HTTP; tracing is off without it'),
})

/** Settings of the health server of a command that is no service. */
export const commandHealthSettings = z.strictObject({
  healthHost: serviceSettings.shape.healthHost,
  healthPort: shownDefault(port().optional(), 'not served').describe(
    'port of /healthz, for a supervisor of containers; 0 takes any free port',
  ),
})

/** Values of `serviceSettings`. */
export type ServiceSettings = z.output<typeof serviceSettings>

/** The host name, which in a container is set by the orchestrator. */
function ownHostname(): string {
  return hostname()
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 64)
}
