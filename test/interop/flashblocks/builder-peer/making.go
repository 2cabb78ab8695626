package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
)

// A block to make. Two plans that differ only in their transactions are the same block at two times.
type blockPlan struct {
	PayloadID string `json:"payloadId"`
	Number    uint64 `json:"number"`
	// Number of transactions of users, after a deposit.
	Transactions int `json:"transactions"`
	// Bytes of input of each of these transactions.
	InputBytes int `json:"inputBytes"`
	// Text of a field that is not part of the protocol.
	Note string `json:"note"`
}

// The line of a block, without its end, and the hash that the block has.
type made struct {
	Line      string `json:"line"`
	BlockHash string `json:"blockHash"`
}

func filled(half string, size int) string {
	return "0x" + strings.Repeat(half, size)
}

func pointer(text string) *string {
	return &text
}

func makeBlock(plan blockPlan) (*made, error) {
	transactions := []transaction{plannedDeposit(plan)}
	for at := range plan.Transactions {
		transactions = append(transactions, plannedTransaction(at, plan.InputBytes))
	}
	var raws [][]byte
	for at := range transactions {
		raw, err := encodeTransaction(transactions[at])
		if err != nil {
			return nil, err
		}
		transactions[at].Hash = hexOf(keccak(raw))
		raws = append(raws, raw)
	}
	top := plannedHeader(plan)
	top.TransactionsRoot = hexOf(orderedRoot(raws))
	hash, err := hashHeader(top)
	if err != nil {
		return nil, err
	}
	none := []json.RawMessage{}
	text, err := json.Marshal(envelope{&builtPayload{
		ID:    plan.PayloadID,
		Block: block{sealedHeader{top}, body{transactions, none, none}},
		Fees:  fmt.Sprintf("0x%x", 1_000*plan.Transactions),
		Note:  plan.Note,
	}})
	return &made{string(text), hash}, err
}

func plannedHeader(plan blockPlan) header {
	return header{
		ParentHash:            filled("33", 32),
		Sha3Uncles:            "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
		Miner:                 "0x4200000000000000000000000000000000000011",
		StateRoot:             hexOf(keccak([]byte{byte(plan.Transactions), byte(plan.Number)})),
		ReceiptsRoot:          hexOf(keccak([]byte{byte(plan.Transactions)})),
		LogsBloom:             filled("00", 256),
		Difficulty:            "0x0",
		Number:                fmt.Sprintf("0x%x", plan.Number),
		GasLimit:              "0x3938700",
		GasUsed:               fmt.Sprintf("0x%x", 46_000+21_000*plan.Transactions),
		Timestamp:             fmt.Sprintf("0x%x", 1_800_000_000+plan.Number),
		ExtraData:             "0x01000000fa000000060000000000000000",
		MixHash:               filled("44", 32),
		Nonce:                 "0x0000000000000000",
		BaseFeePerGas:         pointer("0xf4240"),
		WithdrawalsRoot:       pointer(filled("88", 32)),
		BlobGasUsed:           pointer(fmt.Sprintf("0x%x", 400*plan.Transactions)),
		ExcessBlobGas:         pointer("0x0"),
		ParentBeaconBlockRoot: pointer(filled("22", 32)),
		RequestsHash:          pointer("0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
	}
}

func plannedDeposit(plan blockPlan) transaction {
	number := binary.BigEndian.AppendUint64(nil, plan.Number)
	return transaction{
		Type:       "0x7e",
		SourceHash: pointer(hexOf(keccak(number))),
		From:       pointer("0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001"),
		To:         pointer("0x4200000000000000000000000000000000000015"),
		Mint:       pointer("0x0"),
		Value:      "0x0",
		Gas:        "0xf4240",
		Input:      "0x3db6be2b",
		R:          pointer("0x0"),
		S:          pointer("0x0"),
		V:          pointer("0x0"),
		YParity:    pointer("0x0"),
	}
}

// The signature is invalid: the receivers of the tests do not execute blocks.
func plannedTransaction(at, inputBytes int) transaction {
	return transaction{
		Type:                 "0x2",
		ChainID:              pointer("0xa"),
		Nonce:                pointer(fmt.Sprintf("0x%x", at)),
		MaxFeePerGas:         pointer("0x3b9aca00"),
		MaxPriorityFeePerGas: pointer("0x1"),
		Gas:                  "0x5208",
		To:                   pointer(filled("aa", 20)),
		Value:                fmt.Sprintf("0x%x", at),
		Input:                filled("ab", inputBytes),
		AccessList:           &[]accessEntry{},
		R:                    pointer("0x1" + strings.Repeat("23", 31)),
		S:                    pointer("0x1" + strings.Repeat("45", 31)),
		V:                    pointer("0x1"),
		YParity:              pointer("0x1"),
	}
}
