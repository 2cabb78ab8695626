/** A transaction that is not valid in a block. It had no effect. */
export class InvalidTransaction extends Error {
  override readonly name = 'InvalidTransaction'
}

/** A block that breaks a rule. */
export class InvalidBlock extends Error {
  override readonly name = 'InvalidBlock'
}
