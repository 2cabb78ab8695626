package main

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/beacon/engine"
	"github.com/ethereum/go-ethereum/common"

	"github.com/ethereum-optimism/optimism/op-service/eth"
)

// beacon serves the blobs of the L1, as a consensus client does.
type beacon struct {
	genesisTime uint64
	slotTime    uint64

	mu sync.Mutex
	// By slot, of each block that was made for it, in order: a replaced one stays, for a node that is still there.
	bundles map[uint64][]blobs
}

// blobs are those of one block, in order. Two may be the same: the batcher posts anew what L1 replaced.
type blobs struct {
	hashes []common.Hash
	data   []*eth.Blob
}

func (b *beacon) store(time uint64, hashes []common.Hash, bundle *engine.BlobsBundle) {
	data := make([]*eth.Blob, len(bundle.Blobs))
	for i, blob := range bundle.Blobs {
		data[i] = (*eth.Blob)(blob)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	slot := (time - b.genesisTime) / b.slotTime
	b.bundles[slot] = append(b.bundles[slot], blobs{hashes, data})
}

// load returns each blob of the slot's newest block that has all of the hashes, once; nil if there is no such block.
func (b *beacon) load(slot uint64, wanted map[common.Hash]bool) []*eth.Blob {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := len(b.bundles[slot]) - 1; i >= 0; i-- {
		bundle := b.bundles[slot][i]
		found := []*eth.Blob{}
		missing := make(map[common.Hash]bool)
		for hash := range wanted {
			missing[hash] = true
		}
		for j, hash := range bundle.hashes {
			if len(wanted) == 0 || wanted[hash] {
				found = append(found, bundle.data[j])
			}
			delete(missing, hash)
		}
		if len(missing) == 0 {
			return found
		}
	}
	return nil
}

func (b *beacon) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /eth/v1/beacon/genesis", func(w http.ResponseWriter, _ *http.Request) {
		data := eth.ReducedGenesisData{GenesisTime: eth.Uint64String(b.genesisTime)}
		reply(w, eth.APIGenesisResponse{Data: data}, nil)
	})
	mux.HandleFunc("GET /eth/v1/config/spec", func(w http.ResponseWriter, _ *http.Request) {
		data := eth.ReducedConfigData{SecondsPerSlot: eth.Uint64String(b.slotTime)}
		reply(w, eth.APIConfigResponse{Data: data}, nil)
	})
	mux.HandleFunc("GET /eth/v1/beacon/blobs/{slot}", func(w http.ResponseWriter, r *http.Request) {
		slot, err := strconv.ParseUint(r.PathValue("slot"), 10, 64)
		if err != nil {
			reply(w, nil, err)
			return
		}
		wanted := make(map[common.Hash]bool)
		for _, hash := range r.URL.Query()["versioned_hashes"] {
			wanted[common.HexToHash(hash)] = true
		}
		data := b.load(slot, wanted)
		if data == nil {
			http.Error(w, `{"code": 404, "message": "no such blobs"}`, http.StatusNotFound)
			return
		}
		reply(w, eth.APIBeaconBlobsResponse{Data: data}, nil)
	})
	return mux
}

// serve runs a handler on a port of loopback until the server is closed.
func serve(port int, handler http.Handler) (*http.Server, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return nil, err
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = srv.Serve(ln) }()
	return srv, nil
}
