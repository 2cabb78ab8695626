/** Thrown for a transaction that is not valid in its block. The transaction had no effect. */
export class InvalidTransaction extends Error {
  override readonly name = 'InvalidTransaction'
}

/** Thrown for a block that breaks a rule. */
export class InvalidBlock extends Error {
  override readonly name = 'InvalidBlock'
}
