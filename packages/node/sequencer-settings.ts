// Settings of the sequencer that depend on each other and on the settings of other services.

import { remoteSettings, signerSettings } from '#services/gossip/signing/signer-settings.ts'
import { checkBuilderSettings } from '#services/sequencer/builders/builder-settings.ts'

/** Settings as given, by key. */
type Given = Readonly<Record<string, string>>

/** Default of `conductorRpcUrl` with `conductorEnabled`, as in op-node. */
const defaultConductorUrl = 'http://127.0.0.1:8547'

/**
 * The JSON-RPC URL of the op-conductor that a node uses; undefined if the node does not use op-conductor. op-node has a
 * switch and a URL with a default. Atoll accepts both, although the URL alone is enough.
 */
export function conductorUrlOf(given: Given): string | undefined {
  const { conductorEnabled, conductorRpcUrl } = given
  if (conductorEnabled === 'false') return undefined
  return conductorRpcUrl ?? (conductorEnabled === 'true' ? defaultConductorUrl : undefined)
}

/**
 * Checks the settings of the signer and of the builder before a node starts. Their services check them, too.
 *
 * @param given settings of `atoll node`, each of which has a valid value
 * @throws Fault `settings` if settings contradict each other
 */
export function checkSequencerSettings(given: Given): void {
  if (given['p2pDisable'] !== 'true') remoteSettings(signerSettings.strip().parse(given))
  if (given['sequencerEnabled'] === 'true') checkBuilderSettings(given)
}

/** Warnings at the start of a node with a sequencer: settings that keep the sequencer or op-conductor from working. */
export function sequencerWarnings(given: Given): readonly string[] {
  if (given['sequencerEnabled'] !== 'true') return []
  const conductorUrl = conductorUrlOf(given)
  const mustBeStarted = conductorUrl !== undefined || given['sequencerStopped'] === 'true'
  const hasSigner = (given['p2pSequencerKeyFile'] ?? given['signerUrl']) !== undefined
  const hasAdmin = given['rpcAdminTokenFile'] !== undefined && given['rpcDisable'] !== 'true'
  return [
    given['p2pDisable'] === 'true' && conductorUrl !== undefined
      ? 'op-conductor will not start the sequencer, since it counts the peers of the node: remove --p2p-disable'
      : [],
    given['p2pDisable'] !== 'true' && !hasSigner
      ? 'the blocks of the sequencer will not reach peers: gossip has no key to sign them; set --p2p-sequencer-key-file or --signer-url'
      : [],
    mustBeStarted && !hasAdmin
      ? 'no client can start the sequencer: its admin methods need --rpc-admin-token-file, and no --rpc-disable'
      : [],
    given['conductorRpcUrl'] !== undefined && conductorUrl === undefined
      ? 'op-conductor is not used: --conductor-enabled is false, so that --conductor-rpc-url has no effect'
      : [],
  ].flat()
}
