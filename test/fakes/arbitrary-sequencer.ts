import fc, { type Arbitrary } from 'fast-check'
import type { CheckSignerRequest, CheckSignerResponse } from '#messages/check-signer.ts'
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

const controlSequencerRequest: Arbitrary<ControlSequencerRequest> = fc.oneof(
  record({ kind: kind('fetch') }),
  record({ kind: kind('start'), head }),
  record({ kind: kind('stop') }),
  record({ kind: kind('override-leader') }),
  record({ kind: kind('set-recover-mode'), isOn: fc.boolean() }),
)

const controlSequencerResponse: Arbitrary<ControlSequencerResponse> = record({
  refusal: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  isActive: fc.boolean(),
  hasConductor: fc.boolean(),
  isRecovering: fc.boolean(),
  head,
})

const checkSignerRequest: Arbitrary<CheckSignerRequest> = fc.constant({})
const checkSignerResponse: Arbitrary<CheckSignerResponse> = record({
  problem: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
})

/** An arbitrary for each message that only a sequencer sends or gets, by its protobuf name. */
export const sequencerMessages: Readonly<Record<string, Arbitrary<unknown>>> = {
  'atoll.v1.ControlSequencerRequest': controlSequencerRequest,
  'atoll.v1.ControlSequencerResponse': controlSequencerResponse,
  'atoll.v1.CheckSignerRequest': checkSignerRequest,
  'atoll.v1.CheckSignerResponse': checkSignerResponse,
}
