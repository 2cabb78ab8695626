package main

import (
	"crypto/ecdsa"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
)

// What the genesis has. L1Block and the message passer keep what they are told, instead of what Optimism's do.
var (
	l1Block         = common.HexToAddress("0x4200000000000000000000000000000000000015")
	messagePasser   = common.HexToAddress("0x4200000000000000000000000000000000000016")
	storing         = common.HexToAddress("0x5000000000000000000000000000000000000001")
	prober          = common.HexToAddress("0x5000000000000000000000000000000000000002")
	factory         = common.HexToAddress("0x5000000000000000000000000000000000000003")
	reverting       = common.HexToAddress("0x5000000000000000000000000000000000000004")
	logging         = common.HexToAddress("0x5000000000000000000000000000000000000005")
	exhausting      = common.HexToAddress("0x5000000000000000000000000000000000000006")
	create2Deployer = common.HexToAddress("0x13b0D85CcB8bf860b6b79AF3029fCA081AE9beF2")
)

// destructibles are contracts that destroy themselves in favour of the address in their calldata.
const destructibles = 30

func destructible(i int) common.Address { return common.BytesToAddress([]byte{0xd0, 0, 0, byte(i)}) }

// spentAccounts have the last nonce there is.
const spentAccounts = 4

func spentAccount(i int) common.Address { return common.BytesToAddress([]byte{0xd1, 0, 0, byte(i)}) }

var destructibleCode = program.New().Push(0).Op(vm.CALLDATALOAD, vm.SELFDESTRUCT).Bytes()

// storingCode sets slots to values, as pairs of words in its calldata, unless that has another length.
var storingCode = program.New().
	Op(vm.CALLDATASIZE).Push(63).Op(vm.AND).Push(0x1f).Op(vm.JUMPI).
	Push(0).
	Op(vm.JUMPDEST, vm.DUP1, vm.CALLDATASIZE, vm.GT, vm.ISZERO).Push(0x1f).Op(vm.JUMPI).
	Op(vm.DUP1).Push(32).Op(vm.ADD, vm.CALLDATALOAD, vm.DUP2, vm.CALLDATALOAD, vm.SSTORE).
	Push(64).Op(vm.ADD).Push(0x09).Op(vm.JUMP).
	Op(vm.JUMPDEST, vm.STOP).Bytes()

// proberCode calls a precompile and keeps outcome, length and hash of what it returns in slots 0 to 2. Its calldata:
// address, gas, length of the input, and the input as far as it is not zeros.
var proberCode = program.New().
	Push(96).Op(vm.CALLDATASIZE, vm.SUB).Push(96).Push(0).Op(vm.CALLDATACOPY).
	Push(0).Push(0).Push(64).Op(vm.CALLDATALOAD).Push(0).
	Push(0).Op(vm.CALLDATALOAD).Push(32).Op(vm.CALLDATALOAD, vm.STATICCALL).
	Push(1).Op(vm.ADD).Push(0).Op(vm.SSTORE).
	Op(vm.RETURNDATASIZE).Push(1).Op(vm.SSTORE).
	Op(vm.RETURNDATASIZE).Push(0).Push(0).Op(vm.RETURNDATACOPY).
	Op(vm.RETURNDATASIZE).Push(0).Op(vm.KECCAK256).Push(2).Op(vm.SSTORE, vm.STOP).Bytes()

// factoryCode creates a destructible with the value it is sent, and has it destroyed at once.
var factoryCode = program.New().
	Push(program.New().Push(destructibleCode).Push(0).Op(vm.MSTORE).Return(28, 4).Bytes()).
	Push(0).Op(vm.MSTORE).
	Push(13).Push(19).Op(vm.CALLVALUE, vm.CREATE).
	Push(0).Op(vm.CALLDATALOAD).Push(0).Op(vm.MSTORE).
	Push(0).Push(0).Push(32).Push(0).Push(0).Op(vm.DUP6, vm.GAS, vm.CALL, vm.STOP).Bytes()

var revertingCode = program.New().
	Sstore(0, 1).Push(0).Op(vm.CALLDATALOAD).Push(0).Op(vm.MSTORE).
	Push(32).Push(0).Op(vm.REVERT).Bytes()

var loggingCode = program.New().
	Op(vm.CALLDATASIZE).Push(0).Push(0).Op(vm.CALLDATACOPY).
	Push(0x33).Push(0x44).Op(vm.CALLDATASIZE).Push(0).Op(vm.LOG2, vm.STOP).Bytes()

var exhaustingCode = program.New().
	Op(vm.JUMPDEST).Push(1).Push(0).Op(vm.SSTORE).Push(0).Op(vm.JUMP).Bytes()

// accounts are those who sign: 16, of which all but the last four have ether.
type accounts struct {
	keys      []*ecdsa.PrivateKey
	addresses []common.Address
}

const fundedAccounts = 12

func newAccounts(d dice) *accounts {
	a := &accounts{}
	for range fundedAccounts + 4 {
		key, err := crypto.ToECDSA(crypto.Keccak256(d.bytes(32)))
		if err != nil {
			panic(err)
		}
		a.keys = append(a.keys, key)
		a.addresses = append(a.addresses, crypto.PubkeyToAddress(key.PublicKey))
	}
	return a
}

func (a *accounts) alloc(d dice) types.GenesisAlloc {
	zero := new(big.Int)
	slot := func(n byte) common.Hash { return common.Hash{31: n} }
	alloc := types.GenesisAlloc{
		// L1 base fee, and as scalar of Bedrock 1: fees from the first block on.
		l1Block: {Code: storingCode, Balance: zero, Nonce: 1, Storage: map[common.Hash]common.Hash{
			slot(1): slot(7), slot(6): {28: 1},
		}},
		messagePasser:                {Code: storingCode, Balance: zero, Storage: map[common.Hash]common.Hash{slot(9): slot(1)}},
		storing:                      {Code: storingCode, Balance: big.NewInt(5)},
		prober:                       {Code: proberCode, Balance: zero},
		factory:                      {Code: factoryCode, Balance: big.NewInt(1000)},
		reverting:                    {Code: revertingCode, Balance: zero},
		logging:                      {Code: loggingCode, Balance: zero},
		exhausting:                   {Code: exhaustingCode, Balance: zero},
		params.BeaconRootsAddress:    {Code: params.BeaconRootsCode, Nonce: 1, Balance: zero},
		params.HistoryStorageAddress: {Code: params.HistoryStorageCode, Nonce: 1, Balance: zero},
	}
	if d.oneIn(2) {
		// Canyon's code comes to an account that is there already: what it has stays.
		alloc[create2Deployer] = types.Account{Balance: big.NewInt(3), Nonce: 1}
	}
	for i := range destructibles {
		alloc[destructible(i)] = types.Account{
			Code:    destructibleCode,
			Balance: big.NewInt(int64(i) * 1000),
			Storage: map[common.Hash]common.Hash{slot(1): slot(2)},
		}
	}
	for i := range spentAccounts {
		alloc[spentAccount(i)] = types.Account{Balance: big.NewInt(1e18), Nonce: math.MaxUint64}
	}
	for _, address := range a.addresses[:fundedAccounts] {
		alloc[address] = types.Account{Balance: new(big.Int).Mul(big.NewInt(1e18), big.NewInt(1000))}
	}
	return alloc
}
