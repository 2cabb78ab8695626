import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { rpcCodes } from './params.ts'
import {
  callError,
  lacksGas,
  type Run,
  type SimulateOptions,
  type Simulated,
  type Simulator,
} from './simulate.ts'

/** Allowed error ratio of an estimate, as in geth. */
const tolerance = 0.015

/**
 * Estimates the gas limit that a call needs. This limit may exceed the gas used, because a nested call gets only a part
 * of the remaining gas (EIP-150).
 *
 * @throws JsonRpcError if the call fails at any gas limit
 */
export function estimateGas(simulator: Simulator, options: SimulateOptions): Promise<bigint> {
  return simulator.together((run) => estimate(run, options, simulator.maxGas(options)))
}

async function estimate(run: Run, options: SimulateOptions, most: bigint): Promise<bigint> {
  let enough = most
  const attempt = (gas: bigint): Promise<Simulated> => run({ ...options, gas })
  const first = await attempt(enough)
  if (lacksGas(first))
    throw new JsonRpcError(rpcCodes.server, `gas required exceeds allowance (${most})`)
  if (first.error !== undefined) throw callError(first)
  let tooLittle = first.gasUsed - 1n
  // Most calls need little more gas than they use.
  const guess = ((first.gasUsed + 2_300n) * 64n) / 63n
  if (guess < enough) {
    const { error } = await attempt(guess)
    if (error === undefined) enough = guess
    else tooLittle = guess
  }
  while (tooLittle + 1n < enough) {
    if (Number(enough - tooLittle) / Number(enough) < tolerance) break
    const middle = middleOf(tooLittle, enough)
    const { error } = await attempt(middle)
    if (error === undefined) enough = middle
    else tooLittle = middle
  }
  return enough
}

/** The gas limit to try next, closer to `low`, since the needed limit is usually near the gas used. */
function middleOf(low: bigint, high: bigint): bigint {
  const middle = (low + high) / 2n
  return middle > 2n * low && low > 0n ? 2n * low : middle
}
