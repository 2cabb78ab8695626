// Settings of the sequencer that depend on each other, and on the settings of other services.

/** Settings as given, by key. */
type Given = Readonly<Record<string, string>>

/** Default of `conductorRpcUrl` with `conductorEnabled`, as in op-node. */
const defaultConductorUrl = 'http://127.0.0.1:8547'

/**
 * The JSON-RPC of the op-conductor that a node uses; undefined if it uses none. op-node has a switch and a URL with a
 * default, so that Atoll accepts both, although the URL alone is enough.
 */
export function conductorUrlOf(given: Given): string | undefined {
  const { conductorEnabled, conductorRpcUrl } = given
  if (conductorEnabled === 'false') return undefined
  return conductorRpcUrl ?? (conductorEnabled === 'true' ? defaultConductorUrl : undefined)
}

/** What an operator should know at the start of a node with a sequencer: settings with which it does not do its work. */
export function sequencerWarnings(given: Given): readonly string[] {
  if (given['sequencerEnabled'] !== 'true') return []
  const conductorUrl = conductorUrlOf(given)
  const mustBeStarted = conductorUrl !== undefined || given['sequencerStopped'] === 'true'
  const hasSigner = (given['p2pSequencerKeyFile'] ?? given['signerUrl']) !== undefined
  const hasAdmin = given['rpcAdminTokenFile'] !== undefined && given['rpcDisable'] !== 'true'
  return [
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
