import type { PeerScores } from '#messages/fetch-peers.ts'

/** For operators: why a peer with this score is banned. Lists all that lowers the score. Counters decay with time. */
export function banReason(score: number, scores: PeerScores | undefined): string {
  const parts = [
    part(scores?.invalidMessageDeliveries, 'invalid messages'),
    part(scores?.rejectedPayloads, 'blocks that the execution client refused'),
    part(scores?.errorResponses, 'failed responses'),
    part(scores?.behavioralPenalty, 'behaviour penalty of gossipsub'),
  ].filter((text) => text !== undefined)
  const text = `score ${Math.round(score)}`
  return parts.length === 0 ? text : `${text}: ${parts.join(', ')}`
}

function part(count: number | undefined, what: string): string | undefined {
  return count === undefined || count === 0 ? undefined : `${Number(count.toFixed(1))} ${what}`
}
