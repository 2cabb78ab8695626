import fc, { type Arbitrary } from 'fast-check'
import type {
  ControlSequencerRequest,
  ControlSequencerResponse,
} from '#messages/control-sequencer.ts'
import { toHash } from '#protocol/codec/hex.ts'

const record = <Fields>(fields: { [Name in keyof Fields]: Arbitrary<Fields[Name]> }) =>
  fc.record(fields, { noNullPrototype: true })
const kind = <Kind extends string>(name: Kind) => fc.constant(name)
const head = fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHash), {
  nil: undefined,
})

export const controlSequencerRequest: Arbitrary<ControlSequencerRequest> = fc.oneof(
  record({ kind: kind('fetch') }),
  record({ kind: kind('start'), head }),
  record({ kind: kind('stop') }),
  record({ kind: kind('override-leader') }),
  record({ kind: kind('set-recover-mode'), isOn: fc.boolean() }),
)

export const controlSequencerResponse: Arbitrary<ControlSequencerResponse> = record({
  refusal: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  isActive: fc.boolean(),
  hasConductor: fc.boolean(),
  isRecovering: fc.boolean(),
  head,
})
