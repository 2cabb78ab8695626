package main

import (
	"encoding/binary"
	"encoding/json"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"

	"github.com/ethereum-optimism/optimism/op-core/interop/depset"
	optypes "github.com/ethereum-optimism/optimism/op-core/types"
	"github.com/ethereum-optimism/optimism/op-node/rollup"
	"github.com/ethereum-optimism/optimism/op-node/rollup/derive"
	"github.com/ethereum-optimism/optimism/op-service/eth"
)

// reader takes a case apart; what it reads was written by the same commit's wire.ts, so it trusts every length.
type reader struct{ rest []byte }

func (r *reader) take(n int) []byte {
	out := r.rest[:n:n]
	r.rest = r.rest[n:]
	return out
}

func (r *reader) u8() byte              { return r.take(1)[0] }
func (r *reader) u32() int              { return int(binary.BigEndian.Uint32(r.take(4))) }
func (r *reader) u64() uint64           { return binary.BigEndian.Uint64(r.take(8)) }
func (r *reader) bytes() []byte         { return r.take(r.u32()) }
func (r *reader) hash() (h common.Hash) { copy(h[:], r.take(32)); return }

func (r *reader) list(each func()) {
	for n := r.u32(); n > 0; n-- {
		each()
	}
}

// known says what hash a block has that is in the record.
type known struct {
	hash   common.Hash
	digest common.Hash
}

// testCase is what both sides derive from.
type testCase struct {
	cfg     *rollup.Config
	l1cfg   *params.ChainConfig
	deps    derive.DependencySet
	verbose bool
	// whether a recorded hash stands for its number alone, or for its attributes too
	byNumber    bool
	refuseBelow byte
	known       map[uint64]known
	l1          *l1Source
}

func readCase(message []byte) *testCase {
	r := &reader{message}
	c := &testCase{cfg: new(rollup.Config), l1cfg: new(params.ChainConfig), known: map[uint64]known{}, l1: newL1Source()}
	flags := r.u8()
	c.verbose, c.byNumber = flags&1 != 0, flags&2 != 0
	c.refuseBelow = r.u8()
	must(json.Unmarshal(r.bytes(), c.cfg))
	must(json.Unmarshal(r.bytes(), c.l1cfg))
	if deps := r.bytes(); len(deps) > 0 {
		set := new(depset.StaticConfigDependencySet)
		must(json.Unmarshal(deps, set))
		c.deps = set
	}
	r.list(func() {
		number := r.u64()
		c.known[number] = known{r.hash(), r.hash()}
	})
	r.list(func() { c.l1.add(readL1Block(r)) })
	r.list(func() { c.l1.reorgs[r.u64()] = true })
	return c
}

func readL1Block(r *reader) *l1Block {
	b := &l1Block{blobs: map[common.Hash]*eth.Blob{}}
	b.ref = eth.L1BlockRef{Hash: r.hash(), ParentHash: r.hash(), Number: r.u64(), Time: r.u64()}
	b.header = &types.Header{ParentHash: b.ref.ParentHash, Number: new(big.Int).SetUint64(b.ref.Number), Time: b.ref.Time,
		MixDigest: r.hash(), BaseFee: r.hash().Big()}
	if r.u8() != 0 {
		excess := r.u64()
		b.header.ExcessBlobGas = &excess
	}
	if r.u8() != 0 {
		root := r.hash()
		b.header.ParentBeaconRoot = &root
	}
	r.list(func() {
		tx := new(types.Transaction)
		// What is no transaction cannot stand in a block of L1, so there is nothing to compare.
		if tx.UnmarshalBinary(r.bytes()) == nil {
			b.txs = append(b.txs, tx)
		}
	})
	r.list(func() {
		receipt := &optypes.Receipt{}
		receipt.Status = uint64(r.u8())
		r.list(func() {
			l := &types.Log{Address: common.BytesToAddress(r.take(20)), BlockHash: b.ref.Hash, BlockNumber: b.ref.Number}
			r.list(func() { l.Topics = append(l.Topics, r.hash()) })
			l.Data = r.bytes()
			l.Index = uint(r.u32())
			receipt.Logs = append(receipt.Logs, l)
		})
		b.receipts = append(b.receipts, receipt)
	})
	r.list(func() {
		hash := r.hash()
		blob := new(eth.Blob)
		copy(blob[:], r.bytes()) // without the zeros at its end
		b.blobs[hash] = blob
	})
	return b
}
