/** A transaction that may not stand in a block. Nothing of it was done. */
export class InvalidTransaction extends Error {
  override readonly name = 'InvalidTransaction'
}

/** A block that breaks a rule. */
export class InvalidBlock extends Error {
  override readonly name = 'InvalidBlock'
}
