// Command op-geth makes a random L2 chain with op-geth's core, for the embedded execution client to be compared with.
//
//	go build -o OUT . && OUT SEED FOLDER [osaka]
//
// The folder is a record without L1: genesis.json.gz, l2.ndjson.gz (headers), expected.ndjson.gz (attributes),
// refused.ndjson.gz (attributes that op-geth refuses), about.json. The same seed makes the same chain.
// With a third argument L1's Osaka rules are on from Karst, as op-reth has it; without, as this op-geth has it, which
// changes nothing in the EVM at Karst.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 || len(args) > 3 || (len(args) == 3 && args[2] != "osaka") {
		return fmt.Errorf("usage: op-geth SEED FOLDER [osaka]")
	}
	seed, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return fmt.Errorf("the seed is no whole number: %w", err)
	}
	d := newDice(seed)
	accounts := newAccounts(d)
	chain, err := newChain(accounts.alloc(d), len(args) == 3)
	if err != nil {
		return err
	}
	record := record{seed: seed, chain: chain, outcomes: map[string]int{}}
	record.addHeader(chain.CurrentHeader())
	for number := uint64(1); number <= lastBlock; number++ {
		if err := addBlock(d, accounts, &record); err != nil {
			return fmt.Errorf("block %d: %w", number, err)
		}
	}
	return record.write(args[1])
}
