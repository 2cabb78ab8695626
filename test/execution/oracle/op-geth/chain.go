package main

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/consensus/beacon"
	"github.com/ethereum/go-ethereum/consensus/ethash"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/triedb"
)

const (
	chainID       = 777
	genesisTime   = 1_700_000_000
	blockTime     = 2
	blocksOfAFork = 12
	lastBlock     = 12 * blocksOfAFork
)

var sequencerFeeVault = common.HexToAddress("0x4200000000000000000000000000000000000011")

// chain is what op-geth asks for to execute a block.
type chain struct {
	config  *params.ChainConfig
	genesis *core.Genesis
	headers []*types.Header
	engine  consensus.Engine
	states  state.Database
	osaka   bool
}

func newChain(alloc types.GenesisAlloc, osaka bool) (*chain, error) {
	config := newConfig(osaka)
	genesis := &core.Genesis{
		Config:     config,
		Timestamp:  genesisTime,
		GasLimit:   60_000_000,
		Difficulty: new(big.Int),
		BaseFee:    big.NewInt(1e9),
		Coinbase:   sequencerFeeVault,
		Alloc:      alloc,
	}
	db := rawdb.NewMemoryDatabase()
	tries := triedb.NewDatabase(db, triedb.HashDefaults)
	block, err := genesis.Commit(db, tries, nil)
	if err != nil {
		return nil, err
	}
	return &chain{
		config:  config,
		genesis: genesis,
		headers: []*types.Header{block.Header()},
		engine:  beacon.New(ethash.NewFaker()),
		states:  state.NewDatabase(tries, nil),
		osaka:   osaka,
	}, nil
}

// newConfig lets one fork follow another: Bedrock at first, two turns for Jovian, Lagoon at last.
func newConfig(osaka bool) *params.ChainConfig {
	turn := func(n uint64) *uint64 {
		time := genesisTime + n*blocksOfAFork*blockTime
		return &time
	}
	canyonDenominator := uint64(250)
	zero := new(big.Int)
	config := &params.ChainConfig{
		ChainID:        big.NewInt(chainID),
		HomesteadBlock: zero, EIP150Block: zero, EIP155Block: zero, EIP158Block: zero,
		ByzantiumBlock: zero, ConstantinopleBlock: zero, PetersburgBlock: zero, IstanbulBlock: zero,
		MuirGlacierBlock: zero, BerlinBlock: zero, LondonBlock: zero, ArrowGlacierBlock: zero,
		GrayGlacierBlock: zero, MergeNetsplitBlock: zero, TerminalTotalDifficulty: zero,
		BedrockBlock: zero,
		RegolithTime: turn(1),
		CanyonTime:   turn(2), ShanghaiTime: turn(2),
		EcotoneTime: turn(3), CancunTime: turn(3),
		FjordTime:    turn(4),
		GraniteTime:  turn(5),
		HoloceneTime: turn(6),
		IsthmusTime:  turn(7), PragueTime: turn(7),
		JovianTime: turn(8),
		KarstTime:  turn(10),
		LagoonTime: turn(11),
		Optimism: &params.OptimismConfig{
			EIP1559Elasticity:        6,
			EIP1559Denominator:       50,
			EIP1559DenominatorCanyon: &canyonDenominator,
		},
	}
	if osaka {
		config.OsakaTime = config.KarstTime
	}
	return config
}

func (c *chain) Config() *params.ChainConfig { return c.config }

func (c *chain) Engine() consensus.Engine { return c.engine }

func (c *chain) CurrentHeader() *types.Header { return c.headers[len(c.headers)-1] }

func (c *chain) GetHeader(_ common.Hash, number uint64) *types.Header {
	return c.GetHeaderByNumber(number)
}

func (c *chain) GetHeaderByNumber(number uint64) *types.Header {
	if number < uint64(len(c.headers)) {
		return c.headers[number]
	}
	return nil
}

func (c *chain) GetHeaderByHash(hash common.Hash) *types.Header {
	for _, header := range c.headers {
		if header.Hash() == hash {
			return header
		}
	}
	return nil
}
