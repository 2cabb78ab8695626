import type { State } from '#services/rpc/state.ts'
import { l1RefToJson, l2RefToJson } from './ref-json.ts'

/** The heads of L1 and L2 in op-node's form, with its fields in its order. Source: op-node, eth/sync_status.go */
export function syncStatusOf({ l1, chain, progress }: State) {
  const finalizedL1 = l1RefToJson(l1?.finalized)
  return {
    current_l1: l1RefToJson(progress?.currentL1),
    // A field of older versions.
    current_l1_finalized: finalizedL1,
    head_l1: l1RefToJson(l1?.head),
    safe_l1: l1RefToJson(l1?.safe),
    finalized_l1: finalizedL1,
    unsafe_l2: l2RefToJson(chain?.unsafe),
    safe_l2: l2RefToJson(chain?.safe),
    finalized_l2: l2RefToJson(chain?.finalized),
    pending_safe_l2: l2RefToJson(chain?.pendingSafe),
    local_safe_l2: l2RefToJson(chain?.localSafe),
  }
}
