import * as z from 'zod'
import { hexKeyProblem } from '#runtime/keys/hex-key.ts'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import { commandHealthSettings } from '#runtime/settings/service-settings.ts'
import { readableFile, url, want } from '#runtime/settings/setting-kinds.ts'
import { devnetSettings } from './devnet-settings.ts'
import { l1ReplaySettings } from './l1-replay-settings.ts'

const l1RpcUrl = url(['http', 'https'], 'http://localhost:8545').describe('JSON-RPC endpoint of L1')

const l2RpcUrl = url(['http', 'https'], 'http://localhost:8546').describe(
  'JSON-RPC endpoint of the execution client of the sequencer',
)

/** Settings of `atoll devnet-l1`. */
export const devnetL1Settings = z.strictObject({
  dataDir: want(z.string(), 'a folder; it is created if it does not exist').describe(
    'folder of the chain of L1, which a later start continues',
  ),
  rollupDir: want(z.string(), 'a folder; it is created if it does not exist').describe(
    'folder for rollup.json, genesis.json and l1-chain-config.json, which the first start writes',
  ),
  blockTime: devnetSettings.shape.blockTime,
  l1BlockTime: devnetSettings.shape.l1BlockTime,
  forkOffsets: devnetSettings.shape.forkOffsets,
  host: l1ReplaySettings.shape.host,
  rpcPort: l1ReplaySettings.shape.rpcPort,
  beaconPort: l1ReplaySettings.shape.beaconPort,
  ...commandHealthSettings.shape,
})

/** Settings of `atoll devnet-traffic`. */
export const devnetTrafficSettings = z.strictObject({
  ...chainSettings.shape,
  l1RpcUrl,
  l2RpcUrl,
  transactionRate: devnetSettings.shape.transactionRate,
  ...commandHealthSettings.shape,
})

/** Settings of `atoll batcher`. */
export const batcherSettings = z.strictObject({
  ...chainSettings.shape,
  l1RpcUrl,
  l2RpcUrl,
  rollupRpcUrl: url(['http', 'https'], 'http://localhost:9545').describe(
    'JSON-RPC endpoint of the rollup node of the sequencer',
  ),
  batcherKeyFile: readableFile('32 bytes of hex', hexKeyProblem).describe(
    'private key of the account that posts the batches; atoll keys create secp256k1 makes one',
  ),
  batches: devnetSettings.shape.batches,
  compression: devnetSettings.shape.compression,
  da: devnetSettings.shape.da,
  ...commandHealthSettings.shape,
})
