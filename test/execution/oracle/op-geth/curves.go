package main

import (
	"crypto/elliptic"
	"crypto/sha256"
	"math/big"
	"sync"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/crypto/kzg4844"
)

// scalar is of any size: small ones make other paths of an implementation run.
func scalar(d dice) *big.Int {
	return new(big.Int).SetBytes(crypto.Keccak256(d.bytes(8))[:pick(d, 1, 4, 16, 31)])
}

// signedHash is good input of ECRECOVER.
func signedHash(d dice) []byte {
	hash := d.bytes(32)
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte{d.byte()}))
	if err != nil {
		panic(err)
	}
	signature, err := crypto.Sign(hash, key)
	if err != nil {
		panic(err)
	}
	return join(hash, word(uint64(signature[64])+27), signature[:64])
}

// p256Example is the test vector in the text of RIP-7212.
var p256Example = common.FromHex("4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d" +
	"a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac" +
	"36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60" +
	"4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3" +
	"7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e")

// p256Signature is good input of P256VERIFY. It is made by hand, as the library's signatures are never the same twice.
func p256Signature(d dice) []byte {
	curve := elliptic.P256()
	order := curve.Params().N
	secret := new(big.Int).Add(scalar(d), big.NewInt(5))
	nonce := new(big.Int).Add(scalar(d), big.NewInt(7))
	hash := d.bytes(32)
	x, y := curve.ScalarBaseMult(secret.Bytes())
	r, _ := curve.ScalarBaseMult(nonce.Bytes())
	r.Mod(r, order)
	s := new(big.Int).Mul(r, secret)
	s.Add(s, new(big.Int).SetBytes(hash))
	s.Mul(s, new(big.Int).ModInverse(nonce, order))
	s.Mod(s, order)
	input := hash
	for _, number := range []*big.Int{r, s, x, y} {
		input = append(input, common.LeftPadBytes(number.Bytes(), 32)...)
	}
	return input
}

func bnPoint(d dice) *bn254.G1Affine {
	return new(bn254.G1Affine).ScalarMultiplicationBase(scalar(d))
}

func encodeBn(p *bn254.G1Affine) []byte {
	x, y := p.X.Bytes(), p.Y.Bytes()
	return join(x[:], y[:])
}

func bnPoints(d dice) []byte {
	if d.oneIn(3) {
		return join(word(1), word(2), word(1), word(2))
	}
	return join(encodeBn(bnPoint(d)), encodeBn(bnPoint(d)))
}

func bnScaled(d dice) []byte { return join(encodeBn(bnPoint(d)), d.bytes(32)) }

// bnPairing is two pairings that cancel each other.
func bnPairing(d dice) []byte {
	p := bnPoint(d)
	var q bn254.G2Affine
	_, _, _, generator := bn254.Generators()
	q.ScalarMultiplication(&generator, scalar(d))
	x1, x0, y1, y0 := q.X.A1.Bytes(), q.X.A0.Bytes(), q.Y.A1.Bytes(), q.Y.A0.Bytes()
	second := join(x1[:], x0[:], y1[:], y0[:])
	return join(encodeBn(p), second, encodeBn(new(bn254.G1Affine).Neg(p)), second)
}

// blsWord is a field element with the zeros that EIP-2537 puts before it.
func blsWord(element [48]byte) []byte { return join(make([]byte, 16), element[:]) }

func encodeBls(p *bls.G1Affine) []byte {
	if p.IsInfinity() {
		return make([]byte, 128)
	}
	return join(blsWord(p.X.Bytes()), blsWord(p.Y.Bytes()))
}

func blsPoint(d dice) *bls.G1Affine { return new(bls.G1Affine).ScalarMultiplicationBase(scalar(d)) }

func blsG1(d dice) []byte { return encodeBls(blsPoint(d)) }

func blsG2(d dice) []byte {
	p := new(bls.G2Affine).ScalarMultiplicationBase(scalar(d))
	return join(blsWord(p.X.A0.Bytes()), blsWord(p.X.A1.Bytes()), blsWord(p.Y.A0.Bytes()), blsWord(p.Y.A1.Bytes()))
}

// blsMultiple is input of a multi-scalar multiplication.
func blsMultiple(d dice, point func(d dice) []byte) []byte {
	var input []byte
	for range 1 + d.Intn(5) {
		input = append(input, join(point(d), d.bytes(32))...)
	}
	return input
}

// blsPairing is two pairings that cancel each other.
func blsPairing(d dice) []byte {
	p := blsPoint(d)
	second := blsG2(d)
	return join(encodeBls(p), second, encodeBls(new(bls.G1Affine).Neg(p)), second)
}

// blsElement is below the field's order.
func blsElement(d dice) []byte {
	element := make([]byte, 64)
	copy(element[17:], crypto.Keccak256(d.bytes(8)))
	copy(element[40:], d.bytes(24))
	return element
}

// kzgProof is good input of the point evaluation.
func kzgProof() []byte { return append([]byte{}, makeKzgProof()...) }

var makeKzgProof = sync.OnceValue(func() []byte {
	var blob kzg4844.Blob
	for i := range 4096 {
		copy(blob[i*32+1:], crypto.Keccak256([]byte{byte(i), byte(i >> 8)})[:31])
	}
	commitment, err := kzg4844.BlobToCommitment(&blob)
	if err != nil {
		panic(err)
	}
	var point kzg4844.Point
	copy(point[1:], crypto.Keccak256([]byte("z"))[:31])
	proof, claim, err := kzg4844.ComputeProof(&blob, point)
	if err != nil {
		panic(err)
	}
	hash := kzg4844.CalcBlobHashV1(sha256.New(), &commitment)
	return join(hash[:], point[:], claim[:], commitment[:], proof[:])
})
