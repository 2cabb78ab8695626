package main

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	optypes "github.com/ethereum-optimism/optimism/op-core/types"
	"github.com/ethereum-optimism/optimism/op-node/rollup/derive"
	"github.com/ethereum-optimism/optimism/op-service/eth"
)

type l1Block struct {
	header   *types.Header
	ref      eth.L1BlockRef
	txs      types.Transactions
	receipts optypes.Receipts
	blobs    map[common.Hash]*eth.Blob
}

// l1Source is L1 as op-node asks for it.
type l1Source struct {
	byHash map[common.Hash]*l1Block
	byNum  map[uint64]*l1Block
	byTime map[uint64]*l1Block
	last   uint64
	// blocks that are no child of the one before them when they are first read
	reorgs map[uint64]bool
}

func newL1Source() *l1Source {
	return &l1Source{map[common.Hash]*l1Block{}, map[uint64]*l1Block{}, map[uint64]*l1Block{}, 0, map[uint64]bool{}}
}

func (s *l1Source) add(b *l1Block) {
	s.byHash[b.ref.Hash], s.byNum[b.ref.Number], s.byTime[b.ref.Time] = b, b, b
	s.last = max(s.last, b.ref.Number)
}

func (s *l1Source) get(h common.Hash) (*l1Block, error) {
	if b, ok := s.byHash[h]; ok {
		return b, nil
	}
	return nil, fmt.Errorf("L1 block %s: %w", h, ethereum.NotFound)
}

func (s *l1Source) L1BlockRefByLabel(context.Context, eth.BlockLabel) (eth.L1BlockRef, error) {
	return s.byNum[s.last].ref, nil
}

func (s *l1Source) L1BlockRefByNumber(_ context.Context, n uint64) (eth.L1BlockRef, error) {
	if b, ok := s.byNum[n]; ok {
		ref := b.ref
		if s.reorgs[n] {
			ref.ParentHash = ref.Hash
			delete(s.reorgs, n)
		}
		return ref, nil
	}
	return eth.L1BlockRef{}, fmt.Errorf("L1 block %d: %w", n, ethereum.NotFound)
}

func (s *l1Source) L1BlockRefByHash(_ context.Context, h common.Hash) (eth.L1BlockRef, error) {
	b, err := s.get(h)
	if err != nil {
		return eth.L1BlockRef{}, err
	}
	return b.ref, nil
}

func (s *l1Source) InfoByHash(_ context.Context, h common.Hash) (eth.BlockInfo, error) {
	b, err := s.get(h)
	if err != nil {
		return nil, err
	}
	return eth.HeaderBlockInfoTrusted(h, b.header), nil
}

func (s *l1Source) FetchReceipts(_ context.Context, h common.Hash) (eth.BlockInfo, optypes.Receipts, error) {
	b, err := s.get(h)
	if err != nil {
		return nil, nil, err
	}
	return eth.HeaderBlockInfoTrusted(h, b.header), b.receipts, nil
}

func (s *l1Source) InfoAndTxsByHash(_ context.Context, h common.Hash) (eth.BlockInfo, types.Transactions, error) {
	b, err := s.get(h)
	if err != nil {
		return nil, nil, err
	}
	return eth.HeaderBlockInfoTrusted(h, b.header), b.txs, nil
}

func (s *l1Source) GetBlobsByHash(_ context.Context, t uint64, hashes []common.Hash) ([]*eth.Blob, error) {
	out := make([]*eth.Blob, len(hashes))
	for i, h := range hashes {
		b, ok := s.byTime[t]
		if !ok || b.blobs[h] == nil {
			return nil, fmt.Errorf("blob %s at %d: %w", h, t, ethereum.NotFound)
		}
		out[i] = b.blobs[h]
	}
	return out, nil
}

// l2Chain is the chain that the stand-in engine has built, and what op-node asks of it.
type l2Chain struct {
	c      *testCase
	envs   []*eth.ExecutionPayloadEnvelope // from genesis on
	byHash map[common.Hash]uint64          // numbers; a block that was given up keeps its entry
}

func (s *l2Chain) byNumber(n uint64) (*eth.ExecutionPayloadEnvelope, error) {
	first := s.c.cfg.Genesis.L2.Number
	if n < first || n-first >= uint64(len(s.envs)) {
		return nil, fmt.Errorf("L2 block %d: %w", n, ethereum.NotFound)
	}
	return s.envs[n-first], nil
}

func (s *l2Chain) PayloadByHash(_ context.Context, h common.Hash) (*eth.ExecutionPayloadEnvelope, error) {
	n, ok := s.byHash[h]
	if !ok {
		return nil, fmt.Errorf("L2 block %s: %w", h, ethereum.NotFound)
	}
	env, err := s.byNumber(n)
	if err == nil && env.ExecutionPayload.BlockHash != h {
		return nil, fmt.Errorf("L2 block %s: %w", h, ethereum.NotFound)
	}
	return env, err
}

func (s *l2Chain) PayloadByNumber(_ context.Context, n uint64) (*eth.ExecutionPayloadEnvelope, error) {
	return s.byNumber(n)
}

func (s *l2Chain) ref(env *eth.ExecutionPayloadEnvelope, err error) (eth.L2BlockRef, error) {
	if err != nil {
		return eth.L2BlockRef{}, err
	}
	return derive.PayloadToBlockRef(s.c.cfg, env.ExecutionPayload)
}

func (s *l2Chain) L2BlockRefByLabel(context.Context, eth.BlockLabel) (eth.L2BlockRef, error) {
	return s.ref(s.envs[len(s.envs)-1], nil)
}

func (s *l2Chain) L2BlockRefByHash(ctx context.Context, h common.Hash) (eth.L2BlockRef, error) {
	return s.ref(s.PayloadByHash(ctx, h))
}

func (s *l2Chain) L2BlockRefByNumber(_ context.Context, n uint64) (eth.L2BlockRef, error) {
	return s.ref(s.byNumber(n))
}

func (s *l2Chain) SystemConfigByL2Hash(ctx context.Context, h common.Hash) (eth.SystemConfig, error) {
	env, err := s.PayloadByHash(ctx, h)
	if err != nil {
		return eth.SystemConfig{}, err
	}
	return derive.PayloadToSystemConfig(s.c.cfg, env.ExecutionPayload)
}
