import type { Source } from '#service/inbox.ts'
import { type Clock, every } from '#runtime/clock.ts'
import type { Event, State } from '#services/gossip/state.ts'
import type { BlockSigner, SigningFailure } from './block-signer.ts'

/** What prevents signatures. */
export interface SignerProblem {
  /** The problem, as shown to operators. */
  readonly text: string
  /** Whether the signer answers. If it does, only a signature shows that the problem is solved. */
  readonly isAnswered: boolean
}

/** Period of the check. Without the check, a standby node would detect a problem only when it has to sign. */
const checkMs = 30_000

/** Checks at the start and periodically whether the signer answers. */
export function checkingSigner(signer: BlockSigner | undefined, clock: Clock): Source<Event> {
  return (sink) => {
    if (signer === undefined) return () => undefined
    const check = async () => {
      await sink.push({ kind: 'signer-checked', problem: await signer.check() })
    }
    void check()
    return every(clock, checkMs, () => void check())
  }
}

/**
 * Why peers would refuse own blocks; undefined if peers would accept own blocks, or if the chain's signer is not known
 * yet.
 */
export function wrongSignerOf({
  options: { signer },
  signers,
}: Pick<State, 'options' | 'signers'>): string | undefined {
  if (signer === undefined || signers === undefined || signers.current === signer.address)
    return undefined
  return `${signer.name} is ${signer.address}, but the chain's signer is ${signers.current}`
}

/** The problem after a block was not published. @param signing undefined if the block was signed */
export function problemOfSigning(
  reason: string,
  signing: SigningFailure | undefined,
): SignerProblem | undefined {
  if (signing === undefined) return undefined
  const isAnswered = signing !== 'unreachable' && signing !== 'timed-out'
  return { text: `the last block of the sequencer was not published: ${reason}`, isAnswered }
}

/** The state after a check. */
export function signerChecked(
  state: State,
  { problem }: Extract<Event, { kind: 'signer-checked' }>,
): State {
  if (state.signerProblem?.isAnswered === true) return state
  if (problem === undefined) return { ...state, signerProblem: undefined }
  const text = `blocks of the sequencer cannot be signed: ${problem}`
  return { ...state, signerProblem: state.signerProblem ?? { text, isAnswered: false } }
}
