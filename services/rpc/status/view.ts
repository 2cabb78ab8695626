import { PreparedResult } from '#json-rpc/json-rpc-answer.ts'
import { initialState, type State } from '#services/rpc/state.ts'
import { syncStatusOf } from './sync-status.ts'

/** The newest state, as clients see it, and its sync status. The status is encoded once for all calls. */
export class View {
  #state: State = initialState
  #syncStatus: PreparedResult | undefined

  get state(): State {
    return this.#state
  }

  get syncStatus(): PreparedResult {
    this.#syncStatus ??= new PreparedResult(syncStatusOf(this.#state))
    return this.#syncStatus
  }

  /** Shows a new state. */
  show(state: State): void {
    this.#state = state
    this.#syncStatus = undefined
  }
}
