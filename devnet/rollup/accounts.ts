import { type HDAccount, mnemonicToAccount } from 'viem/accounts'

/** The well-known mnemonic of development chains. Its keys are public. */
const mnemonic = 'test test test test test test test test test test test junk'

/** Indices of the accounts with a role. The accounts from `users` on are for users. */
const indices = { batcher: 1, owner: 2, signer: 3, users: 4 } as const

/** Number of accounts of the mnemonic that have ether, on L1 and on L2. */
const fundedAccounts = 10

/** The first account, which many tools use by default. It has no role. */
export const firstAccount: HDAccount = accountAt(0)

/** The account that posts batches. */
export const batcherAccount: HDAccount = accountAt(indices.batcher)

/** The account that owns the system config. */
export const ownerAccount: HDAccount = accountAt(indices.owner)

/** The account that signs unsafe blocks. */
export const signerAccount: HDAccount = accountAt(indices.signer)

/** The accounts for users. */
export const userAccounts: readonly HDAccount[] = Array.from(
  { length: fundedAccounts - indices.users },
  (_, at) => accountAt(indices.users + at),
)

/** The private key of an account. */
export function privateKeyOf(account: HDAccount): Uint8Array {
  const { privateKey } = account.getHdKey()
  if (privateKey === null) throw new Error(`no private key of ${account.address}`)
  return privateKey
}

function accountAt(addressIndex: number): HDAccount {
  return mnemonicToAccount(mnemonic, { addressIndex })
}
