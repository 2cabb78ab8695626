import { nextTopicSwitch, type TopicSwitch } from '#protocol/p2p/topics.ts'
import type { Effect, State } from '#services/gossip/state.ts'

/** The next change of the topic of new blocks, by a hardfork. */
export interface NextTopic {
  /** Undefined if none is scheduled. */
  readonly at: TopicSwitch | undefined
}

/** Notes the first change of the topic, and reports it when its time comes. All topics are read at any time. */
export function followTopic(state: State, nowMs: number): readonly [State, readonly Effect[]] {
  const { nextTopic, options } = state
  const now = BigInt(Math.floor(nowMs / 1_000))
  const isDue = nextTopic?.at !== undefined && nextTopic.at.timestamp <= now
  if (nextTopic !== undefined && !isDue) return [state, []]
  const next = { ...state, nextTopic: { at: nextTopicSwitch(options.config, now) } }
  const { topic } = nextTopic?.at ?? {}
  return [next, topic === undefined ? [] : [{ kind: 'report-topic', topic }]]
}
