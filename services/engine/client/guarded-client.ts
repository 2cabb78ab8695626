import type { Lease } from '#bus/bus.ts'
import type { ExecutionClient } from '#engine-api/execution-client.ts'

/** An execution client that refuses calls once the lease may have passed to another engine. */
export function guardedBy(lease: Lease, client: ExecutionClient): ExecutionClient {
  const guarded =
    <Args extends readonly unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      lease.guard()
      return call(...args)
    }
  return {
    newPayload: guarded((payload) => client.newPayload(payload)),
    forkchoice: guarded((heads) => client.forkchoice(heads)),
    build: guarded((heads, attributes) => client.build(heads, attributes)),
    getPayload: guarded((payloadId, timestamp) => client.getPayload(payloadId, timestamp)),
    block: guarded((which) => client.block(which)),
    blocksDown: guarded((from) => client.blocksDown(from)),
    accountProof: guarded((block) => client.accountProof(block)),
    chainId: guarded(() => client.chainId()),
    capabilities: guarded(() => client.capabilities()),
  }
}
