package main

import (
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
)

// writer writes random code. It runs as init code, mostly until it ends or lacks something on the stack.
type writer struct {
	dice
	*program.Program
}

// randomProgram holds anything, among it what is no opcode yet, or no longer.
func randomProgram(d dice) []byte {
	w := &writer{d, program.New()}
	for range 5 + d.Intn(40) {
		pick(d, snippets...)(w)
	}
	if d.oneIn(2) {
		// As code of a contract; what begins with 0xef is none.
		w.Push(pick(d, 0x60, 0x00, 0x5f, 0xef)).Push(0).Op(vm.MSTORE8)
		w.Return(0, d.Intn(64))
	}
	return w.Bytes()
}

var snippets = []func(w *writer){
	(*writer).arithmetic, (*writer).comparison, (*writer).environment, (*writer).account,
	(*writer).blockHash, (*writer).memory, (*writer).read, (*writer).store, (*writer).store,
	(*writer).store, (*writer).clear, (*writer).opcodeOfAFork, (*writer).memoryOfAFork,
	(*writer).log, (*writer).call, (*writer).call, (*writer).call, (*writer).create,
	(*writer).keccak, (*writer).copy, (*writer).destruct, (*writer).rare,
}

// wide pushes as many random bytes, with the zeros that they begin with.
func (w *writer) wide(length int) {
	w.Op(vm.PUSH0 + vm.OpCode(length)).Append(w.dice.bytes(length))
}

func (w *writer) small(count int) {
	for range count {
		w.wide(1)
	}
}

func (w *writer) target() {
	switch w.Intn(4) {
	case 0:
		w.Push(w.Intn(20))
	case 1:
		w.Push(pick(w.dice, storing, prober, reverting, logging, create2Deployer, l1Block,
			destructible(w.Intn(destructibles))))
	case 2:
		w.wide(20)
	default:
		w.Op(vm.ADDRESS)
	}
}

func (w *writer) arithmetic() {
	w.wide(1 + w.Intn(32))
	w.wide(1 + w.Intn(32))
	w.Op(pick(w.dice, vm.ADD, vm.MUL, vm.SUB, vm.DIV, vm.SDIV, vm.MOD, vm.SMOD, vm.ADDMOD, vm.MULMOD,
		vm.EXP, vm.SIGNEXTEND))
}

func (w *writer) comparison() {
	w.wide(1 + w.Intn(32))
	w.wide(1 + w.Intn(2))
	w.Op(pick(w.dice, vm.LT, vm.GT, vm.SLT, vm.SGT, vm.EQ, vm.AND, vm.OR, vm.XOR, vm.BYTE, vm.SHL, vm.SHR,
		vm.SAR))
}

func (w *writer) environment() {
	w.Op(pick(w.dice, vm.ADDRESS, vm.ORIGIN, vm.CALLER, vm.CALLVALUE, vm.CALLDATASIZE, vm.CODESIZE,
		vm.GASPRICE, vm.RETURNDATASIZE, vm.COINBASE, vm.TIMESTAMP, vm.NUMBER, vm.PREVRANDAO, vm.GASLIMIT,
		vm.CHAINID, vm.SELFBALANCE, vm.BASEFEE, vm.PC, vm.MSIZE, vm.GAS))
}

func (w *writer) account() {
	w.target()
	w.Op(pick(w.dice, vm.BALANCE, vm.EXTCODESIZE, vm.EXTCODEHASH))
}

func (w *writer) blockHash() { w.Push(w.Intn(256)).Op(vm.NUMBER, vm.SUB, vm.BLOCKHASH) }

func (w *writer) memory() {
	w.small(2)
	w.Op(pick(w.dice, vm.MSTORE, vm.MSTORE8))
}

func (w *writer) read() {
	w.small(1)
	w.Op(pick(w.dice, vm.MLOAD, vm.SLOAD, vm.CALLDATALOAD))
}

func (w *writer) store() {
	w.wide(pick(w.dice, 1, 1, 32))
	w.Push(w.Intn(4)).Op(vm.SSTORE)
}

func (w *writer) clear() { w.Sstore(w.Intn(4), 0) }

// opcodeOfAFork: those of Canyon and Ecotone, before and after.
func (w *writer) opcodeOfAFork() {
	switch w.Intn(9) {
	case 0, 1, 2:
		w.Op(vm.PUSH0)
	case 3, 4:
		w.Op(vm.BLOBBASEFEE)
	case 5:
		w.small(1)
		w.Op(vm.BLOBHASH)
	}
}

func (w *writer) memoryOfAFork() {
	switch w.Intn(9) {
	case 0, 1, 2:
		w.small(2)
		w.Op(vm.TSTORE)
		w.small(1)
		w.Op(vm.TLOAD)
	case 3, 4:
		w.small(3)
		w.Op(vm.MCOPY)
	}
}

func (w *writer) log() {
	topics := w.Intn(5)
	for range topics {
		w.wide(32)
	}
	w.small(2)
	w.Op(vm.LOG0 + vm.OpCode(topics))
}

func (w *writer) call() {
	op := pick(w.dice, vm.CALL, vm.CALL, vm.CALLCODE, vm.DELEGATECALL, vm.STATICCALL)
	w.small(4)
	if op == vm.CALL || op == vm.CALLCODE {
		w.value()
	}
	w.target()
	w.Push(w.Intn(1 << 17)).Op(op)
}

func (w *writer) create() {
	w.small(2)
	if w.oneIn(2) {
		w.small(1)
		w.value()
		w.Op(vm.CREATE2)
	} else {
		w.value()
		w.Op(vm.CREATE)
	}
}

// value is what a call or a new contract gets: nothing, a wei or all there is.
func (w *writer) value() {
	if w.oneIn(4) {
		w.Op(vm.SELFBALANCE)
		return
	}
	w.Push(pick(w.dice, 0, 0, 1))
}

func (w *writer) keccak() {
	w.small(2)
	w.Op(vm.KECCAK256)
}

func (w *writer) copy() {
	w.small(3)
	w.Op(pick(w.dice, vm.CALLDATACOPY, vm.CODECOPY))
}

func (w *writer) destruct() {
	if w.oneIn(6) {
		w.target()
		w.Op(vm.SELFDESTRUCT)
	}
}

func (w *writer) rare() {
	switch w.Intn(8) {
	case 0:
		// Osaka's.
		w.small(1)
		w.Op(vm.CLZ)
	case 1:
		w.small(2)
		w.Op(vm.REVERT)
	}
}
