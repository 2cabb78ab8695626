import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerScores } from '#messages/fetch-peers.ts'
import { banReason } from './ban-reason.ts'

const clean: PeerScores = {
  total: 0,
  timeInMesh: 1,
  firstMessageDeliveries: 2,
  meshMessageDeliveries: 3,
  invalidMessageDeliveries: 0,
  ipColocationFactor: 0,
  behavioralPenalty: 0,
  validResponses: 4,
  errorResponses: 0,
  rejectedPayloads: 0,
}

test('the reason of a ban lists everything that lowers a score, and nothing that raises a score', () => {
  const bad = { invalidMessageDeliveries: 3.96, rejectedPayloads: 2, errorResponses: 1 }
  const reason = banReason(-123.4, { ...clean, ...bad, behavioralPenalty: 0.25 })
  const parts = [
    '4 invalid messages',
    '2 blocks that the execution client refused',
    '1 failed responses',
    '0.3 behaviour penalty of gossipsub',
  ]
  assert.equal(reason, `score -123: ${parts.join(', ')}`)
  assert.equal(banReason(-101, clean), 'score -101')
  assert.equal(banReason(-101, undefined), 'score -101')
})
