import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { natsServer } from './bus-settings.ts'
import { nodeServices } from './node-services.ts'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { mergeSettings } from '#runtime/settings/merge-settings.ts'
import { serviceSettings } from '#runtime/settings/service-settings.ts'
import { chainSettings, loadServiceConfig } from '#runtime/settings/chain-settings.ts'
import { chainId, onOff, port, shownDefault, wholeNumber } from '#runtime/settings/setting-kinds.ts'
import { config as engine } from '#services/engine/config.ts'
import { config as rpc } from '#services/rpc/config.ts'
import type { SettingsSchema } from '#runtime/settings/settings.ts'

const shared = serviceSettings.shape

/** Settings of `atoll node` that are not settings of its services. */
const own = {
  chainId: chainId()
    .optional()
    .describe('chain id of the rollup; default: that of the rollup config'),
  node: shared.node,
  dataDir: shownDefault(
    z
      .string()
      .optional()
      .describe(
        'folder for the bus, its keys and the data of services; created if it does not exist',
      ),
    '~/.atoll/<chain id>',
  ),
  natsServer,
  natsPort: port().default(0).describe('port of the NATS server; 0 takes any free port'),
  metricsAddr: z
    .string()
    .default('127.0.0.1')
    .describe('address that serves /healthz, /readyz and /metrics of all services'),
  metricsPort: port()
    .default(7_300)
    .describe('port of /healthz, /readyz and /metrics; 0 takes any free port'),
  p2pDisable: rpc.shape.p2pDisable,
  sequencerEnabled: rpc.shape.sequencerEnabled,
  conductorEnabled: onOff()
    .optional()
    .describe(
      'whether op-conductor starts and stops the sequencer; by default true only if --conductor-rpc-url is given; if this is set to true without --conductor-rpc-url, the URL is http://127.0.0.1:8547',
    ),
  rpcDisable: onOff()
    .default(false)
    .describe(
      "run without the rollup node's JSON-RPC, which op-batcher, op-proposer and others use",
    ),
  logLevel: shared.logLevel,
  logFormat: shared.logFormat,
  otlpUrl: shared.otlpUrl,
}

/** All settings of `atoll node`: its own settings, and the settings of all its services. */
export const nodeSettings = mergeSettings(
  nodeServices.map((service) => service.own),
  own,
) as z.ZodObject<typeof own> & SettingsSchema

const { engineUrl, jwtSecretFile, engineTimeoutMs } = engine.shape

/** Settings of `atoll rewind`. */
export const rewindSettings = z.strictObject({
  ...chainSettings.shape,
  engineUrl,
  jwtSecretFile,
  engineTimeoutMs,
  node: shared.node,
  dataDir: own.dataDir,
  noNode: onOff()
    .default(false)
    .describe(
      'confirms that no node keeps its bus in --data-dir, for example because services run without atoll node; check first that no engine runs',
    ),
  to: wholeNumber(0, Number.MAX_SAFE_INTEGER).describe('number of the L2 block to go back to'),
})

/** The settings of a node whose defaults depend on its rollup config, and the times of its forks. */
interface NodePlace {
  readonly chainId: bigint
  readonly dataDir: string
  /** Activation times of the forks, from the rollup config. */
  readonly hardforkTimes: HardforkTimes
}

/**
 * Reads the rollup config of a node, and completes the settings that depend on it.
 *
 * @param given settings as given, including those of the chain
 * @throws as `loadServiceConfig`
 */
export async function placeNode(
  { chainId, dataDir }: Pick<z.output<typeof nodeSettings>, 'chainId' | 'dataDir'>,
  given: Readonly<Record<string, string>>,
): Promise<NodePlace> {
  const chain = chainSettings.strip().parse(given)
  const { l2ChainId, hardforkTimes } = await loadServiceConfig({ ...chain, chainId })
  return { chainId: l2ChainId, dataDir: dataDir ?? defaultDataDir(l2ChainId), hardforkTimes }
}

/** Default folder of all nodes. */
export const nodesFolder: string = join(homedir(), '.atoll')

/** Default data folder of a node. */
export function defaultDataDir(chain: bigint): string {
  return join(nodesFolder, String(chain))
}
