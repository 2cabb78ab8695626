import type { GossipsubOpts } from '@libp2p/gossipsub'

/** How peers are scored: as op-node does by default, or not at all. */
export type Scoring = 'light' | 'none'

/** Score below which all that a peer sends is ignored. As in op-node. */
export const ignoredBelow = -40

/** Settings on which the scores depend. */
export interface ScoreSettings {
  readonly scoring: Scoring
  /** Block time of the chain. */
  readonly slotMs: number
  readonly topics: Iterable<string>
  /** The part of a peer's score that the gossip service computes, not gossipsub. */
  readonly appScore: (peerId: string) => number
}

/**
 * Factor by which a counter shrinks in each slot so that 1 % is left after a number of epochs of 6 slots.
 * Source: op-node, peer_params.go
 */
export function decayOver(epochs: number): number {
  return 0.01 ** (1 / (6 * epochs))
}

/**
 * Scores of peers, with the presets of op-node. For a topic, only invalid messages count: three of the four topics are
 * idle, so scores for deliveries would lower the scores of honest peers. With the defaults, a peer is banned for four
 * invalid messages, but not for one.
 */
export function scoreOptions({
  scoring,
  slotMs,
  topics,
  appScore,
}: ScoreSettings): Pick<Partial<GossipsubOpts>, 'scoreParams' | 'scoreThresholds'> {
  const isOn = scoring === 'light'
  const weight = (value: number) => (isOn ? value : 0)
  const topic = {
    topicWeight: weight(1),
    timeInMeshWeight: 0,
    timeInMeshQuantum: slotMs,
    timeInMeshCap: 1,
    firstMessageDeliveriesWeight: 0,
    firstMessageDeliveriesDecay: decayOver(20),
    firstMessageDeliveriesCap: 1,
    meshMessageDeliveriesWeight: 0,
    meshMessageDeliveriesDecay: decayOver(5),
    meshMessageDeliveriesCap: 1,
    meshMessageDeliveriesThreshold: 1,
    meshMessageDeliveriesWindow: 0,
    meshMessageDeliveriesActivation: 1_000,
    meshFailurePenaltyWeight: 0,
    meshFailurePenaltyDecay: decayOver(5),
    invalidMessageDeliveriesWeight: weight(-10),
    invalidMessageDeliveriesDecay: decayOver(50),
  }
  return {
    scoreParams: {
      topics: Object.fromEntries([...topics].map((name) => [name, topic])),
      topicScoreCap: 34,
      appSpecificScore: appScore,
      appSpecificWeight: weight(1),
      IPColocationFactorWeight: weight(-35),
      IPColocationFactorThreshold: 10,
      behaviourPenaltyWeight: weight(-16),
      behaviourPenaltyThreshold: 6,
      behaviourPenaltyDecay: decayOver(10),
      decayInterval: Math.max(1_000, slotMs),
      decayToZero: 0.01,
      retainScore: 100 * 6 * slotMs,
    },
    scoreThresholds: {
      gossipThreshold: -10,
      publishThreshold: -40,
      graylistThreshold: ignoredBelow,
      acceptPXThreshold: 20,
      opportunisticGraftThreshold: 0.05,
    },
  }
}
