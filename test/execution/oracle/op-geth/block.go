package main

import (
	"context"
	"fmt"
	"math"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/consensus/misc"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
)

// attributes are of a payload, as the Engine API has them.
type attributes struct {
	Timestamp             hexutil.Uint64  `json:"timestamp"`
	PrevRandao            common.Hash     `json:"prevRandao"`
	SuggestedFeeRecipient common.Address  `json:"suggestedFeeRecipient"`
	Withdrawals           *[]int          `json:"withdrawals,omitempty"`
	ParentBeaconBlockRoot *common.Hash    `json:"parentBeaconBlockRoot,omitempty"`
	Transactions          []hexutil.Bytes `json:"transactions"`
	NoTxPool              bool            `json:"noTxPool"`
	GasLimit              hexutil.Uint64  `json:"gasLimit"`
	EIP1559Params         hexutil.Bytes   `json:"eip1559Params,omitempty"`
	MinBaseFee            *uint64         `json:"minBaseFee,omitempty"`
}

// block is one that is being built.
type block struct {
	dice       dice
	accounts   *accounts
	record     *record
	config     *params.ChainConfig
	parent     *types.Header
	header     *types.Header
	attributes attributes
	state      *state.StateDB
	evm        *vm.EVM
	gas        *core.GasPool
	body       types.Body
	receipts   []*types.Receipt
}

// addBlock adds a random block to the chain of a record.
func addBlock(d dice, accounts *accounts, record *record) error {
	b := &block{dice: d, accounts: accounts, record: record, config: record.chain.config}
	if err := b.begin(); err != nil {
		return err
	}
	for _, tx := range b.l1Attributes() {
		if !b.add(tx) {
			return fmt.Errorf("the L1 attributes were refused")
		}
	}
	for range d.Intn(4) {
		b.add(b.randomDeposit())
	}
	for range 5 + d.Intn(9) {
		tx, err := b.randomTransaction()
		if err != nil {
			return err
		}
		b.add(tx)
	}
	return b.seal()
}

func (b *block) isRegolith() bool { return b.config.IsRegolith(b.header.Time) }

func (b *block) isIsthmus() bool { return b.config.IsIsthmus(b.header.Time) }

func (b *block) hasOsaka() bool { return b.record.chain.osaka && b.config.IsKarst(b.header.Time) }

// begin does what core.StateProcessor does before the first transaction.
func (b *block) begin() error {
	chain := b.record.chain
	b.parent = chain.CurrentHeader()
	b.randomHeader()
	var err error
	if b.state, err = state.New(b.parent.Root, chain.states); err != nil {
		return err
	}
	misc.EnsureCreate2Deployer(b.config, b.header.Time, b.state)
	context := core.NewEVMBlockContext(b.header, chain, &b.header.Coinbase, b.config, b.state)
	b.evm = vm.NewEVM(context, b.state, b.config, vm.Config{})
	if b.hasOsaka() {
		rules := b.config.Rules(b.header.Number, true, b.header.Time)
		b.evm.SetPrecompiles(withOsaka(vm.ActivePrecompiledContracts(rules)))
	}
	if b.header.ParentBeaconRoot != nil {
		core.ProcessBeaconBlockRoot(*b.header.ParentBeaconRoot, b.evm)
	}
	if b.isIsthmus() {
		core.ProcessParentBlockHash(b.header.ParentHash, b.evm)
	}
	b.gas = core.NewGasPool(b.header.GasLimit)
	return nil
}

// add executes a transaction as the next of the block. One that op-geth refuses is left out.
func (b *block) add(tx *types.Transaction) bool {
	with := append(b.body.Transactions, tx)
	// What is executed cannot be undone, so this comes first.
	if err := b.checkDaFootprint(with); err != nil {
		b.refuse(with, err)
		return false
	}
	snapshot, gas := b.state.Snapshot(), b.gas.Snapshot()
	b.state.SetTxContext(tx.Hash(), len(b.body.Transactions))
	receipt, err := core.ApplyTransaction(b.evm, b.gas, b.state, b.header, tx)
	if err != nil {
		b.state.RevertToSnapshot(snapshot)
		b.gas.Set(gas)
		b.refuse(with, err)
		return false
	}
	b.record.outcomes[fmt.Sprintf("type %d, status %d", tx.Type(), receipt.Status)]++
	b.receipts = append(b.receipts, receipt)
	b.body.Transactions = with
	return true
}

// checkDaFootprint is core.BlockValidator's.
func (b *block) checkDaFootprint(txs []*types.Transaction) error {
	if !b.config.IsJovian(b.header.Time) {
		return nil
	}
	footprint, err := types.CalcDAFootprint(txs)
	if err == nil && footprint > b.header.GasLimit {
		return fmt.Errorf("DA footprint exceeds block gas limit")
	}
	return err
}

func (b *block) refuse(txs []*types.Transaction, reason error) {
	attributes := b.attributes
	attributes.Transactions = encode(txs)
	b.record.addRefused(b.parent, attributes, reason)
}

func (b *block) seal() error {
	chain := b.record.chain
	b.header.GasUsed = b.gas.Used()
	block, err := chain.engine.FinalizeAndAssemble(context.Background(), chain, b.header, b.state, &b.body, b.receipts)
	if err != nil {
		return err
	}
	cancun := b.config.IsCancun(b.header.Number, b.header.Time)
	root, err := b.state.Commit(block.NumberU64(), true, cancun)
	if err != nil {
		return err
	}
	if root != block.Root() {
		return fmt.Errorf("state root %s, but the header has %s", root, block.Root())
	}
	b.attributes.Transactions = encode(b.body.Transactions)
	chain.headers = append(chain.headers, block.Header())
	b.record.addBlock(block.Header(), b.attributes)
	return nil
}

// randomHeader sets what a header and the attributes have before execution.
func (b *block) randomHeader() {
	d, config, time := b.dice, b.config, b.parent.Time+blockTime
	coinbase := pick(d, sequencerFeeVault, b.accounts.addresses[3], common.HexToAddress("0xc0ffee"))
	b.header = newHeader(b.parent, d.hash(), coinbase)
	b.header.GasLimit = pick[uint64](d, 60_000_000, 60_000_000, 40_000_000)
	if d.oneIn(12) {
		b.header.GasLimit = math.MaxInt64
	}
	b.header.BaseFee = eip1559.CalcBaseFee(config, b.parent, time)
	b.attributes = attributes{
		Timestamp:             hexutil.Uint64(time),
		PrevRandao:            b.header.MixDigest,
		SuggestedFeeRecipient: b.header.Coinbase,
		GasLimit:              hexutil.Uint64(b.header.GasLimit),
		NoTxPool:              true,
	}
	if config.IsCanyon(time) {
		b.body.Withdrawals = []*types.Withdrawal{}
		b.attributes.Withdrawals = &[]int{}
	}
	if config.IsEcotone(time) {
		root := d.hash()
		b.header.ParentBeaconRoot = &root
		b.header.ExcessBlobGas, b.header.BlobGasUsed = new(uint64), new(uint64)
		b.attributes.ParentBeaconBlockRoot = &root
	}
	if config.IsHolocene(time) {
		b.randomBaseFeeParameters()
	}
	if config.IsIsthmus(time) {
		b.header.RequestsHash = &types.EmptyRequestsHash
	}
}

func (b *block) randomBaseFeeParameters() {
	d, time := b.dice, b.header.Time
	var denominator, elasticity uint64
	if !d.oneIn(3) {
		denominator, elasticity = uint64(1+d.Intn(300)), uint64(1+d.Intn(20))
	}
	b.attributes.EIP1559Params = eip1559.EncodeHolocene1559Params(denominator, elasticity)
	if denominator == 0 {
		denominator, elasticity = b.config.BaseFeeChangeDenominator(time), b.config.ElasticityMultiplier()
	}
	if b.config.IsJovian(time) {
		least := pick[uint64](d, 0, 0, 1, 2_000_000_000, uint64(d.Intn(2_000_000_000)))
		b.attributes.MinBaseFee = &least
	}
	b.header.Extra = eip1559.EncodeOptimismExtraData(b.config, time, denominator, elasticity, b.attributes.MinBaseFee)
}
