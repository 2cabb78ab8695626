import * as z from 'zod'
import { defaultSealingMs } from '#protocol/sequencing/block-schedule.ts'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import { hexKeyProblem } from '#runtime/keys/hex-key.ts'
import {
  milliseconds,
  onOff,
  readableFile,
  url,
  urlWithoutUser,
  want,
  wholeNumber,
} from '#runtime/settings/setting-kinds.ts'

/** Settings of the sequencer. */
export const config = z.strictObject({
  ...chainSettings.shape,
  sequencerStopped: onOff()
    .default(false)
    .describe(
      'start without making blocks, until admin_startSequencer; with --conductor-rpc-url the sequencer always starts so',
    ),
  sequencerL1Confs: wholeNumber(0, 1_000)
    .default(4)
    .describe('number of L1 blocks on top of an L1 block before it becomes an L1 origin'),
  sequencerMaxSafeLag: wholeNumber(0, 1_000_000_000)
    .default(0)
    .describe(
      'makes no blocks while the unsafe head is this number of blocks above the safe head; 0: no limit',
    ),
  sequencerRecover: onOff()
    .default(false)
    .describe(
      'recover mode: makes blocks without user transactions, as nodes derive them after an expired sequencing window',
    ),
  sequencerSealingMs: milliseconds(1, 10_000)
    .default(defaultSealingMs)
    .describe('time before the timestamp of a block at which its building ends'),
  sequencerStateFile: want(
    z.string().optional(),
    'a file; it is made if it does not exist',
  ).describe(
    'file that keeps whether the sequencer is started over restarts, as --rpc.admin-state of op-node: admin_startSequencer and admin_stopSequencer write it, and the start reads it; with --conductor-rpc-url its value is ignored; by default it is not kept',
  ),
  conductorRpcUrl: url(['http', 'https'], 'http://127.0.0.1:8547')
    .optional()
    .describe('JSON-RPC of the op-conductor of this node, which starts and stops the sequencer'),
  conductorRpcTimeoutMs: milliseconds(1, 60_000)
    .default(1_000)
    .describe('timeout of one call to op-conductor; a call without an answer is made once more'),
  builderModule: want(z.string().optional(), 'a file, such as ./builder.ts').describe(
    'module that builds blocks beside the execution client, docs/building.md; or give --builder-url',
  ),
  builderUrl: urlWithoutUser(['http', 'https'], 'http://127.0.0.1:8551')
    .optional()
    .describe(
      'Engine API of a builder, such as op-rbuilder or rollup-boost, that builds blocks beside the execution client',
    ),
  builderJwtSecretFile: readableFile('a secret of 32 bytes in hex', hexKeyProblem)
    .optional()
    .describe('secret shared with the builder of --builder-url'),
  builderTimeoutMs: milliseconds(1, 10_000)
    .default(250)
    .describe(
      'time after the end of the building in which the block of the builder must be there and executed; after it, the block of the execution client is used',
    ),
  flashblockIntervalMs: milliseconds(0, 10_000)
    .default(0)
    .describe(
      'time between two flashblocks: the parts in which a block is published while it is built, such as 250; 0: none',
    ),
  flashblockEndBufferMs: milliseconds(0, 10_000)
    .default(150)
    .describe(
      'time before the timestamp of a block in which no flashblock begins; it should be longer than --sequencer-sealing-ms',
    ),
  dataDir: want(z.string().optional(), 'a folder; it is created if it does not exist').describe(
    'folder of the last sealed block, so that no second block is made at its height after a crash; by default it is not kept',
  ),
})
