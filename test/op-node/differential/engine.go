package main

import (
	"encoding/binary"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/ethereum-optimism/optimism/op-node/rollup/derive"
	"github.com/ethereum-optimism/optimism/op-service/eth"
)

// digestOf is over all of the attributes and their parent, each field at its place or with its length.
func digestOf(parent common.Hash, a *eth.PayloadAttributes) common.Hash {
	out := append(make([]byte, 0, 1024), parent[:]...)
	optional := func(is bool, bytes []byte) {
		if is {
			out = append(append(out, 1), bytes...)
		} else {
			out = append(out, 0)
		}
	}
	u64 := func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
	out = append(out, u64(uint64(a.Timestamp))...)
	out = append(out, a.PrevRandao[:]...)
	out = append(out, a.SuggestedFeeRecipient[:]...)
	optional(a.Withdrawals != nil, nil)
	if a.ParentBeaconBlockRoot == nil {
		optional(false, nil)
	} else {
		optional(true, a.ParentBeaconBlockRoot[:])
	}
	optional(a.NoTxPool, nil)
	out = append(out, u64(uint64(*a.GasLimit))...)
	if a.EIP1559Params == nil {
		optional(false, nil)
	} else {
		optional(true, a.EIP1559Params[:])
	}
	if a.MinBaseFee == nil {
		optional(false, nil)
	} else {
		optional(true, u64(*a.MinBaseFee))
	}
	for _, tx := range a.Transactions {
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(tx))), tx...)
	}
	return crypto.Keccak256Hash(out)
}

// isRefused is the stand-in engine's verdict: chance, as the digest throws it. Deposits alone are always a block.
func (c *testCase) isRefused(digest common.Hash, a *eth.PayloadAttributes) bool {
	return digest[0] < c.refuseBelow && !a.IsDepositsOnly()
}

func (c *testCase) hashOf(number uint64, digest common.Hash) common.Hash {
	if k, ok := c.known[number]; ok && (c.byNumber || k.digest == digest) {
		return k.hash
	}
	if !c.byNumber {
		return digest
	}
	return crypto.Keccak256Hash([]byte("block"), binary.BigEndian.AppendUint64(nil, number))
}

// build makes a block of attributes; what derivation never reads is left empty.
func (s *l2Chain) build(parent eth.L2BlockRef, a *eth.PayloadAttributes, digest common.Hash) *eth.ExecutionPayloadEnvelope {
	number := parent.Number + 1
	payload := &eth.ExecutionPayload{
		ParentHash: parent.Hash, BlockNumber: hexutil.Uint64(number), Timestamp: a.Timestamp, GasLimit: *a.GasLimit,
		PrevRandao: a.PrevRandao, Transactions: a.Transactions, BlockHash: s.c.hashOf(number, digest),
		ExtraData: s.extraData(a),
	}
	return &eth.ExecutionPayloadEnvelope{ExecutionPayload: payload}
}

func (s *l2Chain) extraData(a *eth.PayloadAttributes) []byte {
	if a.EIP1559Params == nil {
		return nil
	}
	params := a.EIP1559Params[:]
	if *a.EIP1559Params == (eth.Bytes8{}) {
		constants := s.c.cfg.ChainOpConfig
		params = binary.BigEndian.AppendUint32(nil, uint32(*constants.EIP1559DenominatorCanyon))
		params = binary.BigEndian.AppendUint32(params, uint32(constants.EIP1559Elasticity))
	}
	if a.MinBaseFee == nil {
		return append([]byte{0}, params...)
	}
	return binary.BigEndian.AppendUint64(append([]byte{1}, params...), *a.MinBaseFee)
}

// put sets the head; blocks after it are given up.
func (s *l2Chain) put(env *eth.ExecutionPayloadEnvelope) (eth.L2BlockRef, error) {
	ref, err := derive.PayloadToBlockRef(s.c.cfg, env.ExecutionPayload)
	if err != nil {
		return ref, err
	}
	s.envs = append(s.envs, env)
	s.byHash[ref.Hash] = ref.Number
	return ref, nil
}

// revert gives up the blocks after one.
func (s *l2Chain) revert(to eth.L2BlockRef) { s.envs = s.envs[:to.Number-s.c.cfg.Genesis.L2.Number+1] }
