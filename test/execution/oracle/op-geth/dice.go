package main

import (
	"math/big"
	"math/rand"

	"github.com/ethereum/go-ethereum/common"
)

// dice is all that is random in a chain.
type dice struct{ *rand.Rand }

func newDice(seed int64) dice { return dice{rand.New(rand.NewSource(seed))} }

func pick[T any](d dice, of ...T) T { return of[d.Intn(len(of))] }

func (d dice) oneIn(n int) bool { return d.Intn(n) == 0 }

func (d dice) wei(below int64) *big.Int { return big.NewInt(d.Int63n(below)) }

// most is the largest number of 256 bits.
var most = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))

// anyWei is an amount of up to 256 bits near what balances wrap at: `have` is what an account has.
func (d dice) anyWei(have *big.Int) *big.Int {
	var amount *big.Int
	switch d.Intn(5) {
	case 0:
		amount = new(big.Int).Set(most)
	case 1:
		amount = new(big.Int).SetBytes(d.bytes(32))
	case 2:
		amount = new(big.Int).Set(have)
	default:
		// With it the balance is a little below zero, zero, or a little above.
		amount = new(big.Int).Sub(most, have)
		amount.Add(amount, big.NewInt(int64(d.Intn(3))))
	}
	return amount.And(amount, most)
}

func (d dice) byte() byte { return byte(d.Intn(256)) }

// bytes are half zeros in a third of the cases: zeros cost other fees.
func (d dice) bytes(length int) []byte {
	b := make([]byte, length)
	d.Read(b)
	if d.oneIn(3) {
		for i := range b {
			if d.oneIn(2) {
				b[i] = 0
			}
		}
	}
	return b
}

func (d dice) hash() common.Hash { return common.BytesToHash(d.bytes(32)) }

func (d dice) address() common.Address { return common.BytesToAddress(d.bytes(20)) }

// word is a number as the EVM reads it from calldata.
func word(n uint64) []byte { return common.LeftPadBytes(new(big.Int).SetUint64(n).Bytes(), 32) }

func join(parts ...[]byte) []byte {
	var whole []byte
	for _, part := range parts {
		whole = append(whole, part...)
	}
	return whole
}
