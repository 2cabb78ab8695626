package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// refusedOfAReason are kept in a record.
const refusedOfAReason = 4

// record is what becomes files.
type record struct {
	seed     int64
	chain    *chain
	headers  []any
	expected []any
	refused  []any
	// outcomes counts transactions.
	outcomes map[string]int
}

func (r *record) addBlock(header *types.Header, attributes attributes) {
	r.addHeader(header)
	r.expected = append(r.expected, map[string]any{"number": header.Number.Uint64(), "attributes": attributes})
}

// addHeader leaves out what this header does not have. Its transactions are in the attributes.
func (r *record) addHeader(header *types.Header) {
	fields := jsonFields(header)
	for name, value := range fields {
		if value == nil {
			delete(fields, name)
		}
	}
	fields["hash"] = header.Hash()
	r.headers = append(r.headers, fields)
}

// addRefused keeps a payload that op-geth refuses, if it has not had enough with that reason.
func (r *record) addRefused(parent *types.Header, attributes attributes, reason error) {
	for cause := errors.Unwrap(reason); cause != nil; cause = errors.Unwrap(cause) {
		reason = cause
	}
	outcome := "refused: " + reason.Error()
	r.outcomes[outcome]++
	if r.outcomes[outcome] > refusedOfAReason {
		return
	}
	r.refused = append(r.refused, map[string]any{
		"parentHash":   parent.Hash(),
		"parentNumber": parent.Number.Uint64(),
		"reason":       reason.Error(),
		"attributes":   attributes,
	})
}

func (r *record) write(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	about, err := json.MarshalIndent(map[string]any{
		"scenario":        "random chain (test/execution/oracle)",
		"seed":            r.seed,
		"opGeth":          opGethVersion(),
		"osakaAtKarst":    r.chain.osaka,
		"l2Blocks":        len(r.expected),
		"refusedPayloads": len(r.refused),
		"transactions":    r.outcomes,
	}, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(folder, "about.json"), append(about, '\n'), 0o644),
		writeLines(filepath.Join(folder, "genesis.json.gz"), []any{r.chain.genesis}),
		writeLines(filepath.Join(folder, "l2.ndjson.gz"), r.headers),
		writeLines(filepath.Join(folder, "expected.ndjson.gz"), r.expected),
		writeLines(filepath.Join(folder, "refused.ndjson.gz"), r.refused),
	)
}

func writeLines(path string, lines []any) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	packed, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(packed)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return errors.Join(packed.Close(), file.Close())
}

func jsonFields(value any) map[string]any {
	fields := map[string]any{}
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		panic(err)
	}
	return fields
}

func opGethVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, module := range info.Deps {
		if module.Path == "github.com/ethereum/go-ethereum" && module.Replace != nil {
			return module.Replace.Version
		}
	}
	return "unknown"
}

func encode(txs []*types.Transaction) []hexutil.Bytes {
	all := make([]hexutil.Bytes, 0, len(txs))
	for _, tx := range txs {
		raw, err := tx.MarshalBinary()
		if err != nil {
			panic(err)
		}
		all = append(all, raw)
	}
	return all
}

func newHeader(parent *types.Header, prevRandao common.Hash, coinbase common.Address) *types.Header {
	return &types.Header{
		ParentHash: parent.Hash(),
		UncleHash:  types.EmptyUncleHash,
		Number:     new(big.Int).Add(parent.Number, big.NewInt(1)),
		Time:       parent.Time + blockTime,
		Difficulty: new(big.Int),
		Coinbase:   coinbase,
		MixDigest:  prevRandao,
	}
}
