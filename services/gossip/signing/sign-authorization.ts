import { signAuthorization } from '#messages/flashblock-subjects.ts'
import type { SignAuthorizationResponse } from '#messages/sign-authorization.ts'
import type { Bus } from '#bus/bus.ts'
import type { Source } from '#service/inbox.ts'
import type { BlockSigner } from './block-signer.ts'

/** Signs authorizations of builders with the key of the sequencer. */
export function servingAuthorizations(
  bus: Bus,
  signer: Pick<BlockSigner, 'signAuthorization'> | undefined,
): Source<never> {
  return () => {
    const served = bus.serve(
      signAuthorization,
      async ({ authorization }): Promise<SignAuthorizationResponse> => {
        const signing = await signer?.signAuthorization(authorization)
        if (signing === undefined) return { kind: 'unsigned', problem: 'this node has no signer' }
        return signing.outcome === 'signed'
          ? { kind: 'signed', signature: signing.signature }
          : { kind: 'unsigned', problem: signing.reason }
      },
    )
    return () => served.stop()
  }
}
