package main

import (
	"crypto/ecdsa"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
)

// target is what a transaction is for.
type target struct {
	to   *common.Address
	data []byte
	// gas is how much it takes; 0 leaves it to chance.
	gas uint64
}

func (b *block) randomTarget() target {
	d := b.dice
	call := func(to common.Address, data []byte) target { return target{to: &to, data: data} }
	benefits := func(addresses ...common.Address) []byte {
		return common.LeftPadBytes(pick(d, addresses...).Bytes(), 32)
	}
	small := func(n int) []byte { return word(uint64(d.Intn(n))) }
	switch d.Intn(12) {
	case 0:
		return call(pick(d, b.accounts.addresses...), d.bytes(d.Intn(200)))
	case 1:
		return call(storing, join(small(5), small(2), small(5), small(3)))
	case 2:
		return call(messagePasser, join(small(5), small(3)))
	case 3, 4, 5:
		return target{to: &prober, data: randomProbe(d).calldata(d), gas: b.probeGas()}
	case 6:
		own := destructible(d.Intn(destructibles))
		return call(own, benefits(b.accounts.addresses[1], own, common.HexToAddress("0xfeed"), d.address()))
	case 7:
		return call(factory, benefits(b.accounts.addresses[1], factory, common.HexToAddress("0xfeed")))
	case 8:
		return call(pick(d, reverting, exhausting), d.bytes(40))
	case 9:
		return call(logging, d.bytes(d.Intn(100)))
	case 10:
		if d.oneIn(4) {
			// The fees of this block are fixed by then; the next block's are not.
			return call(l1Block, join(word(pick[uint64](d, 1, 3, 7, 8)), d.bytes(32)))
		}
		return call(pick(d, common.BytesToAddress([]byte{byte(d.Intn(18))}), create2Deployer), d.bytes(d.Intn(300)))
	default:
		if d.oneIn(12) {
			return target{data: make([]byte, pick(d, 49_152, 49_153, 60_000)), gas: 5_000_000}
		}
		return target{data: randomProgram(d)}
	}
}

// probeGas is the most that a transaction may have, and sometimes one more.
func (b *block) probeGas() uint64 {
	if b.hasOsaka() {
		const most = params.MaxTxGas
		return pick[uint64](b.dice, most, most, most, most+1)
	}
	return 29_000_000
}

func (b *block) randomDeposit() *types.Transaction {
	d := b.dice
	target := b.randomTarget()
	deposit := &types.DepositTx{
		SourceHash: d.hash(),
		From:       b.depositor(),
		To:         target.to,
		Value:      new(big.Int),
		Gas:        pick[uint64](d, 21_000, 30_000, 100_000, 500_000, 2_000_000),
		Data:       target.data,
	}
	if d.oneIn(2) {
		deposit.Mint = d.wei(1e17)
	}
	if d.oneIn(2) {
		deposit.Value = d.wei(1e17)
	}
	have := b.state.GetBalance(deposit.From).ToBig()
	if d.oneIn(4) {
		deposit.Mint = d.anyWei(have)
		have = new(big.Int).Add(have, deposit.Mint)
		have.And(have, most)
	}
	if d.oneIn(4) {
		deposit.Value = d.anyWei(have)
	}
	if d.oneIn(8) {
		b.anyGas(deposit)
	}
	// From Regolith on none may be one; such a block is refused.
	deposit.IsSystemTransaction = d.oneIn(4) && (!b.isRegolith() || d.oneIn(4))
	return types.NewTx(deposit)
}

func (b *block) depositor() common.Address {
	d := b.dice
	return pick(d, pick(d, b.accounts.addresses...), pick(d, b.accounts.addresses...), d.address(), destructible(3),
		spentAccount(d.Intn(spentAccounts)))
}

// anyGas gives a deposit up to all the gas that a number can hold. What it calls ends soon, whatever it may use.
func (b *block) anyGas(deposit *types.DepositTx) {
	d := b.dice
	left := b.gas.Gas()
	deposit.Gas = pick(d, 0, 20_999, left, left+1, math.MaxInt64, math.MaxInt64+1, math.MaxUint64, d.Uint64())
	to := pick(d, storing, logging, destructible(d.Intn(destructibles)), d.address())
	deposit.To, deposit.Data = &to, d.bytes(d.Intn(100))
	if d.oneIn(4) {
		deposit.To, deposit.Data = nil, make([]byte, d.Intn(100))
	}
}

// user is what all types of a user's transaction have.
type user struct {
	target
	by     int
	key    *ecdsa.PrivateKey
	nonce  uint64
	gas    uint64
	value  *big.Int
	tip    *big.Int
	feeCap *big.Int
	chain  *big.Int
	access types.AccessList
}

func (b *block) randomUser() user {
	d := b.dice
	by := d.Intn(len(b.accounts.keys))
	u := user{
		target: b.randomTarget(),
		by:     by,
		key:    b.accounts.keys[by],
		nonce:  b.state.GetNonce(b.accounts.addresses[by]),
		gas:    pick[uint64](d, 21_000, 60_000, 200_000, 500_000, 1_000_000),
		value:  new(big.Int),
		tip:    d.wei(2_000_000_000),
		feeCap: new(big.Int).Add(new(big.Int).Mul(b.header.BaseFee, big.NewInt(2)), d.wei(3_000_000_000)),
		chain:  big.NewInt(chainID),
	}
	if u.target.gas > 0 {
		u.gas = u.target.gas
	}
	if d.oneIn(3) {
		u.value = d.wei(1e15)
	}
	if d.oneIn(8) {
		// What is left pays the fees.
		u.value = d.anyWei(b.state.GetBalance(b.accounts.addresses[by]).ToBig())
		u.value.Rsh(u.value, uint(d.Intn(3)))
	}
	if u.tip.Cmp(u.feeCap) > 0 {
		u.tip = u.feeCap
	}
	if d.oneIn(2) {
		u.access = types.AccessList{{
			Address:     pick(d, storing, prober, b.accounts.addresses[0]),
			StorageKeys: []common.Hash{{31: 1}, {31: 2}},
		}}
	}
	if d.oneIn(20) {
		b.spoil(&u)
	}
	return u
}

// spoil makes a transaction one that no block may hold.
func (b *block) spoil(u *user) {
	switch b.dice.Intn(8) {
	case 0:
		u.nonce++
	case 1:
		u.nonce--
	case 2:
		u.feeCap = new(big.Int).Sub(b.header.BaseFee, big.NewInt(1))
		u.tip = new(big.Int)
	case 3:
		u.tip = new(big.Int).Add(u.feeCap, big.NewInt(1))
	case 4:
		u.chain = big.NewInt(chainID + 1)
	case 5:
		u.value = new(big.Int).Mul(big.NewInt(1e18), big.NewInt(1e6))
	case 6:
		u.feeCap = new(big.Int).Set(most)
	case 7:
		u.gas = pick[uint64](b.dice, math.MaxInt64, math.MaxUint64)
	}
}

func (b *block) randomTransaction() (*types.Transaction, error) {
	d := b.dice
	u := b.randomUser()
	if b.isIsthmus() && u.to != nil && d.oneIn(4) {
		return b.setCode(u)
	}
	signer := types.LatestSignerForChainID(u.chain)
	switch d.Intn(4) {
	case 0:
		if d.oneIn(3) {
			// Without a chain id.
			signer = types.HomesteadSigner{}
		}
		return types.SignNewTx(u.key, signer, &types.LegacyTx{
			Nonce: u.nonce, GasPrice: u.feeCap, Gas: u.gas, To: u.to, Value: u.value, Data: u.data,
		})
	case 1:
		return types.SignNewTx(u.key, signer, &types.AccessListTx{
			ChainID: u.chain, Nonce: u.nonce, GasPrice: u.feeCap, Gas: u.gas, To: u.to, Value: u.value, Data: u.data,
			AccessList: u.access,
		})
	default:
		return types.SignNewTx(u.key, signer, &types.DynamicFeeTx{
			ChainID: u.chain, Nonce: u.nonce, GasFeeCap: u.feeCap, GasTipCap: u.tip, Gas: u.gas, To: u.to,
			Value: u.value, Data: u.data, AccessList: u.access,
		})
	}
}

func (b *block) setCode(u user) (*types.Transaction, error) {
	authorizations, err := b.randomAuthorizations(u.by)
	if err != nil {
		return nil, err
	}
	return types.SignNewTx(u.key, types.LatestSignerForChainID(u.chain), &types.SetCodeTx{
		ChainID: uint256.MustFromBig(u.chain), Nonce: u.nonce, GasFeeCap: uint256.MustFromBig(u.feeCap),
		GasTipCap: uint256.MustFromBig(u.tip), Gas: max(u.gas, u.gas+100_000), To: *u.to, Value: uint256.MustFromBig(u.value),
		Data: u.data, AccessList: u.access, AuthList: authorizations,
	})
}

// randomAuthorizations are good ones, and some with a wrong chain id, nonce or signature.
func (b *block) randomAuthorizations(sender int) ([]types.SetCodeAuthorization, error) {
	d := b.dice
	var all []types.SetCodeAuthorization
	for range 1 + d.Intn(3) {
		by := d.Intn(len(b.accounts.keys))
		nonce := b.state.GetNonce(b.accounts.addresses[by])
		if by == sender {
			nonce++
		}
		if d.oneIn(5) {
			nonce++
		}
		code := pick(d, storing, prober, reverting, factory, destructible(2), common.Address{},
			common.HexToAddress("0x5"), b.accounts.addresses[by], b.accounts.addresses[5])
		authorization, err := types.SignSetCode(b.accounts.keys[by], types.SetCodeAuthorization{
			ChainID: *uint256.NewInt(pick[uint64](d, chainID, chainID, 0, 5)), Address: code, Nonce: nonce,
		})
		if err != nil {
			return nil, err
		}
		if d.oneIn(10) {
			// The other solution, with the upper half of S, is refused.
			order := crypto.S256().Params().N
			authorization.S = *uint256.MustFromBig(new(big.Int).Sub(order, authorization.S.ToBig()))
			authorization.V ^= 1
		}
		all = append(all, authorization)
	}
	return all, nil
}
