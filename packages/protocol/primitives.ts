declare const brand: unique symbol

/** Lowercase `0x` hex that was validated as a `Name`. */
type Branded<Name extends string> = `0x${string}` & { readonly [brand]: Name }

/** Keccak-256 of a block header, a transaction or a root: 32 bytes. */
export type Hash = Branded<'Hash'>

/** An account: 20 bytes. */
export type Address = Branded<'Address'>

/** A 32-byte word other than a hash, such as a fee scalar. */
export type Bytes32 = Branded<'Bytes32'>

/** An 8-byte value, such as the EIP-1559 parameters of an L2 block. */
export type Bytes8 = Branded<'Bytes8'>

/** The id of a channel: 16 bytes that the batcher chose. */
export type ChannelId = Branded<'ChannelId'>
