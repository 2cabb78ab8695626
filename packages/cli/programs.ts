import { nodeServices } from '#node/node-services.ts'
import { nodeSettings, rewindSettings } from '#node/node-settings.ts'
import { serviceSettings } from '#runtime/settings/service-settings.ts'
import type { SettingsSchema } from '#runtime/settings/settings.ts'
import { deriveSettings } from './derive-settings.ts'
import { batcherSettings, devnetL1Settings, devnetTrafficSettings } from './devnet-part-settings.ts'
import { devnetSettings } from './devnet-settings.ts'
import { executeSettings } from './execute-settings.ts'
import { executionClientSettings, genesisSettings } from './execution-settings.ts'
import { flashblocksWatchSettings } from './flashblocks-settings.ts'
import { l1ReplaySettings } from './l1-replay-settings.ts'
import { recordSettings } from './record-settings.ts'
import {
  busConfigSettings,
  nodeStatusSettings,
  peersSettings,
  provisionSettings,
  serveSettings,
  statusSettings,
} from '#node/bus-settings.ts'

/** Every program with settings, by its command. The program `service` has the settings that all services share. */
export const programs: Readonly<Record<string, SettingsSchema>> = {
  service: serviceSettings,
  ...Object.fromEntries(nodeServices.map(({ name, schema }) => [`service ${name}`, schema])),
  node: nodeSettings,
  devnet: devnetSettings,
  status: nodeStatusSettings,
  peers: peersSettings,
  rewind: rewindSettings,
  'bus serve': serveSettings,
  'bus provision': provisionSettings,
  'bus config': busConfigSettings,
  'bus status': statusSettings,
  'flashblocks watch': flashblocksWatchSettings,
  record: recordSettings,
  derive: deriveSettings,
  execute: executeSettings,
  'execution-client': executionClientSettings,
  genesis: genesisSettings,
  'l1-replay': l1ReplaySettings,
  batcher: batcherSettings,
  'devnet-l1': devnetL1Settings,
  'devnet-traffic': devnetTrafficSettings,
}
