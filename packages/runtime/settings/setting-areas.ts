/** Areas of settings, in the order of help. A setting belongs to the first area whose pattern matches its key. */
const areas: readonly (readonly [name: string, keys: RegExp])[] = [
  ['Chain', /^(?:network|rollupConfig|l1ChainConfig|dependencySet|chainId)$/u],
  ['L1', /^(?:l1(?!Beacon)|verifierL1)/u],
  ['Beacon nodes of L1', /^l1Beacon/u],
  ['Execution client', /^(?:engine|execution|jwtSecretFile$|syncMode$|elSync)/u],
  ['Peers', /^p2p/u],
  ['JSON-RPC', /^rpc/u],
  ['Sequencer', /^(?:sequencer|conductor|signer|builder)/u],
  ['Data', /^(?:dataDir|cacheMib)$/u],
  ['Bus', /^(?:nats|node$|instance$)/u],
  ['Log and monitoring', /^(?:log|health|metrics|otlp)/u],
]

const otherArea = 'Other'

/** Names of all areas, in the order of help. */
export const settingAreas: readonly string[] = [...areas.map(([name]) => name), otherArea]

/** The area of a setting, such as `L1` for `l1PollMs`. */
export function areaOf(key: string): string {
  return areas.find(([, keys]) => keys.test(key))?.[0] ?? otherArea
}
