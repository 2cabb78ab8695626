import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { nodeServices } from '#cli/node/node-services.ts'
import { serviceSettings } from '#runtime/settings/service-settings.ts'
import { chainId, port, shownDefault } from '#runtime/settings/setting-kinds.ts'
import type { SettingsSchema } from '#runtime/settings/settings.ts'

const shared = serviceSettings.shape

/** Settings of `atoll node` that no service has. */
const own = {
  chainId: chainId()
    .optional()
    .describe('chain id of the rollup; left out: the rollup config says it'),
  node: shared.node,
  dataDir: shownDefault(
    z
      .string()
      .optional()
      .describe('folder for the bus, its keys, and what services keep; made if it is not there'),
    '~/.atoll/<chain id>',
  ),
  natsServer: z
    .string()
    .optional()
    .describe(
      'NATS server program; left out: found on PATH, built from Go, or unpacked from Debian',
    ),
  natsPort: port().default(0).describe('port of the NATS server; 0 takes any that is free'),
  logLevel: shared.logLevel,
  logFormat: shared.logFormat,
  otlpUrl: shared.otlpUrl,
}

/** Settings of `atoll node`: its own, and those of all its services. */
export const nodeSettings = z.strictObject({
  ...Object.assign({}, ...nodeServices.toReversed().map((service) => service.own.shape)),
  ...own,
}) as z.ZodObject<typeof own> & SettingsSchema

/** Where a node keeps its data, if nothing else is said. */
export function defaultDataDir(chain: bigint): string {
  return join(homedir(), '.atoll', String(chain))
}
