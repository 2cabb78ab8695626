import { bls12_381 } from '@noble/curves/bls12-381.js'

// This is our own implementation, since node-eth-kzg takes 2 s to load its setup. The L1 client uses node-eth-kzg to
// compute commitments.

// The precompile for point evaluation, 0x0a. It needs only [τ]G₂ from the trusted setup:
// e(C − [y]G₁, G₂) = e(π, [τ − z]G₂). Spec: EIP-4844, consensus-specs polynomial-commitments.md

const { G1, G2, fields, pairingBatch } = bls12_381

const tauG2 =
  'b5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2'

let tau: InstanceType<typeof G2.Point> | undefined

/** The claim that a polynomial has a value at a point; `0x` hex. */
export interface KzgClaim {
  /** 48 bytes. */
  readonly commitment: string
  /** 32 bytes. */
  readonly z: string
  /** 32 bytes. */
  readonly y: string
  /** 48 bytes. */
  readonly proof: string
}

/** Whether the proof of a claim is correct; false if a value in the claim is not a valid point or field element. */
export function verifyKzgProof({ commitment, z, y, proof }: KzgClaim): boolean {
  const [at, value] = [BigInt(z), BigInt(y)]
  if (at >= fields.Fr.ORDER || value >= fields.Fr.ORDER) return false
  try {
    const point = G1.Point.fromHex(commitment.slice(2))
    const quotient = G1.Point.fromHex(proof.slice(2))
    point.assertValidity()
    quotient.assertValidity()
    tau ??= G2.Point.fromHex(tauG2)
    const left = point.subtract(G1.Point.BASE.multiplyUnsafe(value))
    const right = tau.subtract(G2.Point.BASE.multiplyUnsafe(at))
    const pairs = []
    // A pair with the point at infinity is skipped: the library refuses it, and its pairing is the neutral element.
    if (!left.is0()) pairs.push({ g1: left.negate(), g2: G2.Point.BASE })
    if (!quotient.is0() && !right.is0()) pairs.push({ g1: quotient, g2: right })
    return pairs.length === 0 || fields.Fp12.eql(pairingBatch(pairs), fields.Fp12.ONE)
    // eslint-disable-next-line atoll/use-caught-error -- the library has no error class for invalid points
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}
