import { Fault } from '#runtime/fault.ts'
import type { ClientPorts } from '#services/engine/ports.ts'
import { type StartHeads, toForkchoice } from './heads.ts'

/**
 * Sets the heads of the execution client.
 *
 * @throws Fault `engine-forkchoice` (severity reset) if the client does not accept the heads, because it lost blocks or
 * finds them invalid
 */
export async function updateForkchoice(
  heads: StartHeads,
  { executionClient }: Pick<ClientPorts, 'executionClient'>,
): Promise<void> {
  const status = await executionClient.forkchoice(toForkchoice(heads))
  if (status.kind === 'valid') return
  const { number, hash } = heads.unsafe
  const why = status.kind === 'invalid' ? `is invalid: ${status.reason}` : 'is not known any more'
  const detail = `the execution client says that head ${number} (${hash}) ${why}`
  throw new Fault('engine-forkchoice', { detail })
}
