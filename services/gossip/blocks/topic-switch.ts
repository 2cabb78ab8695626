import { nextTopicSwitch, type TopicSwitch } from '#protocol/p2p/topics.ts'
import type { Effect, State } from '#services/gossip/state.ts'

/** The next hardfork that changes the topic of new blocks. */
export interface NextTopic {
  /** Undefined if no such hardfork is scheduled. */
  readonly at: TopicSwitch | undefined
}

/** Remembers the next change of the topic, and reports it when its time comes. Gossip always reads all topics. */
export function followTopic(state: State, nowMs: number): readonly [State, readonly Effect[]] {
  const { nextTopic, options } = state
  const now = BigInt(Math.floor(nowMs / 1_000))
  const isDue = nextTopic?.at !== undefined && nextTopic.at.timestamp <= now
  if (nextTopic !== undefined && !isDue) return [state, []]
  const next = { ...state, nextTopic: { at: nextTopicSwitch(options.config, now) } }
  const { topic } = nextTopic?.at ?? {}
  return [next, topic === undefined ? [] : [{ kind: 'report-topic', topic }]]
}
