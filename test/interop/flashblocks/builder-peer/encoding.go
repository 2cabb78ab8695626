package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/sha3"
)

func keccak(data []byte) []byte {
	hash := sha3.NewLegacyKeccak256()
	hash.Write(data)
	return hash.Sum(nil)
}

func hexOf(data []byte) string {
	return "0x" + hex.EncodeToString(data)
}

// RLP of a byte string.
func rlpString(data []byte) []byte {
	if len(data) == 1 && data[0] < 0x80 {
		return data
	}
	return append(rlpLength(0x80, len(data)), data...)
}

// RLP of a list of encoded items.
func rlpList(items ...[]byte) []byte {
	all := bytes.Join(items, nil)
	return append(rlpLength(0xc0, len(all)), all...)
}

func rlpLength(offset byte, length int) []byte {
	if length < 56 {
		return []byte{offset + byte(length)}
	}
	digits := big.NewInt(int64(length)).Bytes()
	return append([]byte{offset + 55 + byte(len(digits))}, digits...)
}

// Turns hex of JSON into RLP, and keeps the first problem.
type decoding struct {
	problem error
}

func (d *decoding) fail(format string, values ...any) []byte {
	if d.problem == nil {
		d.problem = fmt.Errorf(format, values...)
	}
	return []byte{0x80}
}

// Bytes of this size; -1: of any size.
func (d *decoding) data(text string, size int) []byte {
	data, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil || !strings.HasPrefix(text, "0x") || (size >= 0 && len(data) != size) {
		return d.fail("%q does not have %d bytes", text, size)
	}
	return rlpString(data)
}

// A number without leading zeros.
func (d *decoding) quantity(text string) []byte {
	digits := strings.TrimPrefix(text, "0x")
	value, isNumber := new(big.Int).SetString(digits, 16)
	if !isNumber || text != fmt.Sprintf("0x%x", value) {
		return d.fail("%q is no quantity", text)
	}
	return rlpString(value.Bytes())
}

func (d *decoding) required(text *string, convert func(string) []byte) []byte {
	if text == nil {
		return d.fail("a field is missing")
	}
	return convert(*text)
}

func (d *decoding) number(text *string) []byte {
	return d.required(text, d.quantity)
}

func (d *decoding) recipient(to *string) []byte {
	if to == nil {
		return []byte{0x80}
	}
	return d.data(*to, 20)
}

func hashHeader(h header) (string, error) {
	d := decoding{}
	hash := func(text string) []byte { return d.data(text, 32) }
	items := [][]byte{
		hash(h.ParentHash), hash(h.Sha3Uncles), d.data(h.Miner, 20),
		hash(h.StateRoot), hash(h.TransactionsRoot), hash(h.ReceiptsRoot),
		d.data(h.LogsBloom, 256), d.quantity(h.Difficulty), d.quantity(h.Number),
		d.quantity(h.GasLimit), d.quantity(h.GasUsed), d.quantity(h.Timestamp),
		d.data(h.ExtraData, -1), hash(h.MixHash), d.data(h.Nonce, 8),
	}
	// The fields that forks added, each of which needs all before it.
	optional := []struct {
		text    *string
		convert func(string) []byte
	}{
		{h.BaseFeePerGas, d.quantity},
		{h.WithdrawalsRoot, hash},
		{h.BlobGasUsed, d.quantity},
		{h.ExcessBlobGas, d.quantity},
		{h.ParentBeaconBlockRoot, hash},
		{h.RequestsHash, hash},
	}
	isOver := false
	for _, field := range optional {
		if field.text == nil {
			isOver = true
			continue
		}
		if isOver {
			return "", fmt.Errorf("the header has a field without those of earlier forks")
		}
		items = append(items, field.convert(*field.text))
	}
	return hexOf(keccak(rlpList(items...))), d.problem
}

// The bytes of a transaction: EIP-2718, 2930, 1559 and 7702, and the deposits of the OP Stack.
func encodeTransaction(t transaction) ([]byte, error) {
	d := decoding{}
	call := [][]byte{d.quantity(t.Gas), d.recipient(t.To), d.quantity(t.Value), d.data(t.Input, -1)}
	if t.Type == "0x7e" {
		return encodeDeposit(&d, t, call)
	}
	if t.Type == "0x0" {
		items := append([][]byte{d.number(t.Nonce), d.number(t.GasPrice)}, call...)
		items = append(items, d.number(t.V), d.number(t.R), d.number(t.S))
		return rlpList(items...), d.problem
	}
	items := [][]byte{d.number(t.ChainID), d.number(t.Nonce)}
	switch t.Type {
	case "0x1":
		items = append(items, d.number(t.GasPrice))
	case "0x2", "0x4":
		items = append(items, d.number(t.MaxPriorityFeePerGas), d.number(t.MaxFeePerGas))
	default:
		return nil, fmt.Errorf("type %q is not known", t.Type)
	}
	items = append(items, call...)
	items = append(items, encodeAccessList(&d, t.AccessList))
	if t.Type == "0x4" {
		items = append(items, encodeAuthorizations(&d, t.AuthorizationList))
	}
	items = append(items, d.number(t.YParity), d.number(t.R), d.number(t.S))
	kind := t.Type[2] - '0'
	return append([]byte{kind}, rlpList(items...)...), d.problem
}

func encodeDeposit(d *decoding, t transaction, call [][]byte) ([]byte, error) {
	mint := []byte{0x80}
	if t.Mint != nil {
		mint = d.quantity(*t.Mint)
	}
	isSystem := []byte{0x80}
	if t.IsSystemTx != nil && *t.IsSystemTx {
		isSystem = []byte{1}
	}
	gas, to, value, input := call[0], call[1], call[2], call[3]
	source := d.required(t.SourceHash, func(text string) []byte { return d.data(text, 32) })
	from := d.required(t.From, func(text string) []byte { return d.data(text, 20) })
	list := rlpList(source, from, to, mint, value, gas, isSystem, input)
	return append([]byte{0x7e}, list...), d.problem
}

func encodeAccessList(d *decoding, entries *[]accessEntry) []byte {
	if entries == nil {
		return d.fail("the access list is missing")
	}
	var items [][]byte
	for _, entry := range *entries {
		var keys [][]byte
		for _, key := range entry.StorageKeys {
			keys = append(keys, d.data(key, 32))
		}
		items = append(items, rlpList(d.data(entry.Address, 20), rlpList(keys...)))
	}
	return rlpList(items...)
}

func encodeAuthorizations(d *decoding, authorizations *[]authorization) []byte {
	if authorizations == nil {
		return d.fail("the list of authorizations is missing")
	}
	var items [][]byte
	for _, a := range *authorizations {
		items = append(items, rlpList(
			d.quantity(a.ChainID), d.data(a.Address, 20), d.quantity(a.Nonce),
			d.quantity(a.YParity), d.quantity(a.R), d.quantity(a.S),
		))
	}
	return rlpList(items...)
}
