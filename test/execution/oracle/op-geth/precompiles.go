package main

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
)

// probe is a call of a precompile: its input is data, and zeros up to its size.
type probe struct {
	precompile uint64
	size       int
	data       []byte
}

// calldata is what the prober takes.
func (p probe) calldata(d dice) []byte {
	gas := uint64(26_000_000)
	if d.oneIn(6) {
		gas = uint64(d.Intn(100_000))
	}
	return join(word(p.precompile), word(gas), word(uint64(p.size)), p.data)
}

func randomProbe(d dice) probe {
	p := pick(d, probes...)(d)
	if len(p.data) > 100 && d.oneIn(12) {
		p.data[d.Intn(len(p.data))] ^= 1
	}
	return p
}

// probes make one call each.
var probes = append([]func(d dice) probe{
	cut(1, 128), cut(2, 64), cut(3, 64), cut(4, 64),
	noise(1, 128), noise(6, 128), noise(7, 96), noise(8, 192), noise(9, 213), noise(10, 192), noise(0x100, 160),
	made(1, signedHash), made(1, signedHash),
	made(5, modexp),
	made(6, bnPoints), made(7, bnScaled), made(8, bnPairing), made(8, bnPairing),
	made(9, func(d dice) []byte { return join(word(7)[28:], d.bytes(208), []byte{byte(d.Intn(3))}) }),
	made(10, func(dice) []byte { return kzgProof() }),
	made(10, func(dice) []byte { return kzgProof()[:191] }),
	made(10, func(d dice) []byte {
		proof := kzgProof()
		proof[40+d.Intn(150)] ^= 1
		return proof
	}),
	made(0xb, func(d dice) []byte { return join(blsG1(d), blsG1(d)) }),
	made(0xc, func(d dice) []byte { return blsMultiple(d, blsG1) }),
	made(0xd, func(d dice) []byte { return join(blsG2(d), blsG2(d)) }),
	made(0xe, func(d dice) []byte { return blsMultiple(d, blsG2) }),
	made(0xf, blsPairing),
	made(0xf, func(d dice) []byte { return join(blsG1(d), blsG2(d)) }),
	made(0x10, blsElement),
	made(0x11, func(d dice) []byte { return join(blsElement(d), blsElement(d)) }),
	made(0x100, p256Signature), made(0x100, p256Signature),
	made(0x100, func(dice) []byte { return p256Example }),
}, zeroProbes()...)

// zeroProbes are inputs of zeros, which are points at infinity: each fork's limits at the edge and past it, lengths that
// fit no input, and addresses with no precompile.
func zeroProbes() []func(d dice) probe {
	sizes := []struct {
		precompile uint64
		sizes      []int
	}{
		{6, []int{0, 128}},
		{8, []int{0, 100, 192, 576, 57_600, 57_792, 81_984, 82_176, 112_512, 112_704}},
		{0xb, []int{100, 256}},
		{0xc, []int{160, 288_960, 289_120, 513_760, 513_920}},
		{0xd, []int{512}},
		{0xe, []int{288, 278_784, 279_072, 488_448, 488_736}},
		{0xf, []int{0, 384, 156_672, 157_056, 235_008, 235_392}},
		{0x10, []int{64}},
		{0x11, []int{127, 128}},
		{0x12, []int{5}},
		{0x100, []int{10}},
		{0x101, []int{5}},
	}
	var all []func(d dice) probe
	for _, of := range sizes {
		for _, size := range of.sizes {
			all = append(all, func(dice) probe { return probe{precompile: of.precompile, size: size} })
		}
	}
	return all
}

func made(precompile uint64, make func(d dice) []byte) func(d dice) probe {
	return func(d dice) probe {
		data := make(d)
		return probe{precompile, len(data), data}
	}
}

func noise(precompile uint64, size int) func(d dice) probe {
	return made(precompile, func(d dice) []byte { return d.bytes(size) })
}

// cut takes any part of the data, or adds zeros.
func cut(precompile uint64, size int) func(d dice) probe {
	return func(d dice) probe { return probe{precompile, d.Intn(300), d.bytes(size)} }
}

// modexp has operands about the lengths that change its price, and Osaka's limit of 1,024 bytes.
func modexp(d dice) []byte {
	length := func(special ...int) int {
		if d.oneIn(3) {
			return pick(d, special...)
		}
		return d.Intn(70)
	}
	base := length(32, 33, 1024, 1025, 64)
	exponent := length(32, 33, 1024, 1025, 0)
	modulus := length(32, 33, 1024, 1025, 0)
	return join(word(uint64(base)), word(uint64(exponent)), word(uint64(modulus)), d.bytes(base+exponent+modulus))
}

// withOsaka are the precompiles as op-reth has them from Karst: Osaka's modexp and P256VERIFY, and a lower limit for
// the pairing of bn256. op-geth keeps Jovian's, even where Osaka's time is set.
func withOsaka(active vm.PrecompiledContracts) vm.PrecompiledContracts {
	for _, number := range [][]byte{{5}, {1, 0}} {
		address := common.BytesToAddress(number)
		active[address] = vm.PrecompiledContractsOsaka[address]
	}
	pairing := common.BytesToAddress([]byte{8})
	active[pairing] = limited{active[pairing], 57_600}
	return active
}

// limited refuses longer input, for all gas of the call.
type limited struct {
	vm.PrecompiledContract
	sizeMax int
}

func (l limited) Run(input []byte) ([]byte, error) {
	if len(input) > l.sizeMax {
		return nil, fmt.Errorf("input of %d bytes, the most is %d", len(input), l.sizeMax)
	}
	return l.PrecompiledContract.Run(input)
}
