package main

import (
	"encoding/hex"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// The DisputeGameFactory of the L1, as far as op-proposer needs it: games cannot be played, only counted and read.

var factoryAddr = common.HexToAddress("0x0000000000000000000000000000000000900003")

// proposalBond is the bond of a game in wei, which create wants exactly.
const proposalBond = 0x3b9aca00

// Bytecode of often used parts.
const (
	returnWord  = "5f5260205ff3"             // the top of the stack, as the answer
	returnWords = "60605ff3"                 // the first three words of the memory, as the answer
	loadCount   = "5f54"                     // slot 0 is the number of games, slot 1 + i the game i
	onlyAddress = "73" + ones + ones8 + "16" // the low 20 bytes
	only8Bytes  = "67" + ones8 + "16"
	ones8       = "ffffffffffffffff"
	ones        = "ffffffffffffffffffffffff"
)

type method struct{ signature, code string }

// contract makes the code that runs the called method. A jump to 0, which is no destination, reverts.
func contract(methods ...method) string {
	code := "5f3560e01c" // the selector
	for _, m := range methods {
		next := len(code)/2 + 11 + len(m.code)/2
		// If another method is called, go to the end of this one.
		code += fmt.Sprintf("80"+"63%x"+"03"+"61%04x57"+"%s"+"5b", crypto.Keccak256([]byte(m.signature))[:4], next, m.code)
	}
	return code + "5f5ffd"
}

// gameCode makes the init code of a game with an empty creator and claim, and tells where in it they are.
func gameCode() (code string, creatorAt, claimAt int) {
	word := fmt.Sprintf("7f%064x", 0)
	const deploy = "60%02x" + "8060095f39" + "5ff3" // copies what follows these nine bytes
	runtime := contract(method{"gameCreator()", word + returnWord}, method{"rootClaim()", word + returnWord})
	code = fmt.Sprintf(deploy, len(runtime)/2) + runtime
	// Past the selector, the jump of each method, and PUSH32.
	creatorAt = 9 + 5 + 11 + 1
	claimAt = creatorAt + 32 + len(returnWord)/2 + 1 + 11 + 1
	return code, creatorAt, claimAt
}

func factoryCode() []byte {
	game, creatorAt, claimAt := gameCode()
	created := crypto.Keccak256Hash([]byte("DisputeGameCreated(address,uint32,bytes32)"))
	build := func(gameOffset int) string {
		create := fmt.Sprintf("63%08x3403"+"5f57", proposalBond) + // another bond reverts
			fmt.Sprintf("60%02x61%04x5f39", len(game)/2, gameOffset) +
			fmt.Sprintf("3360%02x52"+"60243560%02x52", creatorAt, claimAt) +
			fmt.Sprintf("60%02x5f5ff0", len(game)/2) + // CREATE: the game is on the stack
			"80" + "4260a01b17" + "60043560e01b17" + // type, time and address in one word
			loadCount + "600101" + "805f55" + "55" +
			"602435" + "600435" + "82" + "7f" + hex.EncodeToString(created[:]) + "5f5fa4" +
			returnWord
		return contract(
			method{"version()", "60205f52" + "6005602052" + "64312e302e3060d81b604052" + returnWords},
			method{"gameCount()", loadCount + returnWord},
			method{"gameAtIndex(uint256)", "600435600101" + "54" +
				"8060e01c5f52" + "8060a01c" + only8Bytes + "602052" + onlyAddress + "604052" + returnWords},
			method{"initBonds(uint32)", fmt.Sprintf("63%08x", proposalBond) + returnWord},
			method{"create(uint32,bytes32,bytes)", create},
		)
	}
	return common.FromHex(build(len(build(0))/2) + game)
}
