package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// What a line says, with hashes that are computed from its fields alone.
type message struct {
	PayloadID string `json:"payloadId"`
	BlockHash string `json:"blockHash"`
	Number    string `json:"number"`
	// Hashes of the transactions, in order.
	Transactions []string `json:"transactions"`
	Bytes        int      `json:"bytes"`
	// When the end of the line was read.
	ReadMs float64 `json:"readMs"`
}

// The JSON of op-rbuilder's type Message, of which it has one variant.
type envelope struct {
	OpBuiltPayload *builtPayload `json:"OpBuiltPayload"`
}

type builtPayload struct {
	ID    string `json:"id"`
	Block block  `json:"block"`
	Fees  string `json:"fees"`
	// Not a field of op-rbuilder: readers skip fields that they do not know.
	Note string `json:"note,omitempty"`
}

type block struct {
	Header sealedHeader `json:"header"`
	Body   body         `json:"body"`
}

// A header whose seal, the hash, is not written.
type sealedHeader struct {
	Header header `json:"header"`
}

type body struct {
	Transactions []transaction     `json:"transactions"`
	Ommers       []json.RawMessage `json:"ommers"`
	Withdrawals  []json.RawMessage `json:"withdrawals"`
}

type header struct {
	ParentHash            string  `json:"parentHash"`
	Sha3Uncles            string  `json:"sha3Uncles"`
	Miner                 string  `json:"miner"`
	StateRoot             string  `json:"stateRoot"`
	TransactionsRoot      string  `json:"transactionsRoot"`
	ReceiptsRoot          string  `json:"receiptsRoot"`
	LogsBloom             string  `json:"logsBloom"`
	Difficulty            string  `json:"difficulty"`
	Number                string  `json:"number"`
	GasLimit              string  `json:"gasLimit"`
	GasUsed               string  `json:"gasUsed"`
	Timestamp             string  `json:"timestamp"`
	ExtraData             string  `json:"extraData"`
	MixHash               string  `json:"mixHash"`
	Nonce                 string  `json:"nonce"`
	BaseFeePerGas         *string `json:"baseFeePerGas,omitempty"`
	WithdrawalsRoot       *string `json:"withdrawalsRoot,omitempty"`
	BlobGasUsed           *string `json:"blobGasUsed,omitempty"`
	ExcessBlobGas         *string `json:"excessBlobGas,omitempty"`
	ParentBeaconBlockRoot *string `json:"parentBeaconBlockRoot,omitempty"`
	RequestsHash          *string `json:"requestsHash,omitempty"`
}

type transaction struct {
	Type                 string           `json:"type"`
	ChainID              *string          `json:"chainId,omitempty"`
	Nonce                *string          `json:"nonce,omitempty"`
	GasPrice             *string          `json:"gasPrice,omitempty"`
	MaxFeePerGas         *string          `json:"maxFeePerGas,omitempty"`
	MaxPriorityFeePerGas *string          `json:"maxPriorityFeePerGas,omitempty"`
	Gas                  string           `json:"gas"`
	To                   *string          `json:"to"`
	Value                string           `json:"value"`
	Input                string           `json:"input"`
	AccessList           *[]accessEntry   `json:"accessList,omitempty"`
	AuthorizationList    *[]authorization `json:"authorizationList,omitempty"`
	R                    *string          `json:"r,omitempty"`
	S                    *string          `json:"s,omitempty"`
	V                    *string          `json:"v,omitempty"`
	YParity              *string          `json:"yParity,omitempty"`
	Hash                 string           `json:"hash"`
	SourceHash           *string          `json:"sourceHash,omitempty"`
	From                 *string          `json:"from,omitempty"`
	Mint                 *string          `json:"mint,omitempty"`
	IsSystemTx           *bool            `json:"isSystemTx,omitempty"`
}

type accessEntry struct {
	Address     string   `json:"address"`
	StorageKeys []string `json:"storageKeys"`
}

type authorization struct {
	ChainID string `json:"chainId"`
	Address string `json:"address"`
	Nonce   string `json:"nonce"`
	YParity string `json:"yParity"`
	R       string `json:"r"`
	S       string `json:"s"`
}

// Parses a line, and checks all that op-rbuilder trusts: the hashes of the transactions, and their root.
func parseMessage(line []byte) (*message, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	var parsed envelope
	if err := decoder.Decode(&parsed); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, fmt.Errorf("the line has more than one document")
	}
	built := parsed.OpBuiltPayload
	if built == nil {
		return nil, fmt.Errorf("the line is not an OpBuiltPayload")
	}
	if built.Block.Body.Ommers == nil || built.Block.Body.Withdrawals == nil {
		return nil, fmt.Errorf("the body has no list of ommers or withdrawals")
	}
	fields := decoding{}
	fields.data(built.ID, 8)
	fields.quantity(built.Fees)
	raws, hashes, err := encodeTransactions(built.Block.Body.Transactions)
	if err != nil {
		return nil, err
	}
	top := built.Block.Header.Header
	if root := hexOf(orderedRoot(raws)); root != top.TransactionsRoot {
		return nil, fmt.Errorf("the transactions have root %s, not %s", root, top.TransactionsRoot)
	}
	hash, err := hashHeader(top)
	if err != nil {
		return nil, err
	}
	return &message{
		PayloadID:    built.ID,
		BlockHash:    hash,
		Number:       top.Number,
		Transactions: hashes,
		Bytes:        len(line),
	}, fields.problem
}

func encodeTransactions(transactions []transaction) (raws [][]byte, hashes []string, err error) {
	for at, each := range transactions {
		raw, err := encodeTransaction(each)
		if err != nil {
			return nil, nil, fmt.Errorf("transaction %d: %w", at, err)
		}
		hash := hexOf(keccak(raw))
		if hash != each.Hash {
			return nil, nil, fmt.Errorf("transaction %d has hash %s, not %s", at, hash, each.Hash)
		}
		raws = append(raws, raw)
		hashes = append(hashes, hash)
	}
	return raws, hashes, nil
}
