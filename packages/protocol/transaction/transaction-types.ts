/** First byte of a transaction with an access list. Spec: EIP-2930 */
export const accessListType = 0x01

/** First byte of a transaction with a priority fee. Spec: EIP-1559 */
export const dynamicFeeType = 0x02

/** First byte of a transaction with blobs; L1 only. Spec: EIP-4844 */
export const blobType = 0x03

/** First byte of a transaction with authorizations. Spec: EIP-7702 */
export const setCodeType = 0x04

/** First byte of a post-exec transaction. Spec: protocol/lagoon/derivation.md */
export const postExecType = 0x7d

/** First byte of a deposit. Spec: protocol/deposits.md#the-deposited-transaction-type */
export const depositType = 0x7e
