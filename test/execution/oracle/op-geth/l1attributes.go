package main

import (
	"encoding/binary"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

var l1Depositor = common.HexToAddress("0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001")

// l1Attributes are two deposits: one with the calldata that clients read, and one that sets L1Block's slots, as a
// contract would do it by the first.
func (b *block) l1Attributes() []*types.Transaction {
	second := !b.isRegolith() && b.dice.oneIn(2)
	return []*types.Transaction{
		b.systemDeposit(b.l1AttributesData(), !b.isRegolith()),
		b.systemDeposit(b.l1BlockSlots(), second),
	}
}

func (b *block) systemDeposit(data []byte, system bool) *types.Transaction {
	return types.NewTx(&types.DepositTx{
		SourceHash:          b.dice.hash(),
		From:                l1Depositor,
		To:                  &l1Block,
		Value:               new(big.Int),
		Gas:                 1_000_000,
		IsSystemTransaction: system,
		Data:                data,
	})
}

// l1AttributesData has the form that counts: from Isthmus on the selector, from the block after Jovian's activation on
// the scalar of the DA footprint. None of its lengths is one that the contract takes.
func (b *block) l1AttributesData() []byte {
	switch {
	case b.config.IsJovian(b.parent.Time):
		data := make([]byte, 178)
		copy(data, types.JovianL1AttributesSelector)
		scalar := pick(b.dice, 0, 400, 400, b.dice.Intn(3000), b.dice.Intn(65_536))
		binary.BigEndian.PutUint16(data[176:], uint16(scalar))
		return data
	case b.isIsthmus():
		data := make([]byte, 176)
		copy(data, types.IsthmusL1AttributesSelector)
		return data
	default:
		return make([]byte, 260)
	}
}

// l1BlockSlots are the parameters of the fees, which change with each block.
func (b *block) l1BlockSlots() []byte {
	d := b.dice
	var slots []byte
	set := func(slot uint64, value []byte) {
		slots = join(slots, word(slot), common.LeftPadBytes(value, 32))
	}
	set(1, d.wei(50_000_000_000).Bytes())
	set(5, d.wei(3000).Bytes())
	set(6, d.wei(2_000_000).Bytes())
	// The first blocks of Ecotone still have Bedrock's parameters only, so that its formula goes on.
	if b.config.IsEcotone(b.parent.Time - 3*blockTime) {
		set(7, d.wei(1_000_000_000).Bytes())
		scalars := make([]byte, 32)
		copy(scalars[16:24], d.bytes(8))
		scalars[16], scalars[20] = 0, 0
		set(3, scalars)
	}
	if b.isIsthmus() {
		operator := make([]byte, 32)
		if !d.oneIn(3) {
			copy(operator[18:], d.bytes(14))
			// Fees stay payable.
			operator[20], operator[24], operator[25], operator[26] = 0, 0, 0, 0
			if b.config.IsJovian(b.header.Time) {
				operator[21] = 0
			}
		}
		set(8, operator)
	}
	return slots
}
