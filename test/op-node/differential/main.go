// differential-op-node derives cases with op-node's own pipeline: each comes on stdin, and what became of it goes to stdout.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/log"

	altda "github.com/ethereum-optimism/optimism/op-alt-da"
	"github.com/ethereum-optimism/optimism/op-node/metrics"
	"github.com/ethereum-optimism/optimism/op-node/rollup/derive"
	"github.com/ethereum-optimism/optimism/op-service/eth"
)

const (
	maxResets    = 20
	maxTemporary = 10
	maxSteps     = 200_000
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// run is the derivation of one case; it says what happens, a line each. What follows a # is for the reader only.
type run struct {
	c             *testCase
	said          strings.Builder
	l2            *l2Chain
	pipeline      *derive.DerivationPipeline
	safe, pending eth.L2BlockRef
}

func (r *run) say(format string, args ...any) {
	fmt.Fprintf(&r.said, format, args...)
	r.said.WriteByte('\n')
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

func derived(message []byte) (out string) {
	r := &run{}
	defer func() {
		if p := recover(); p != nil {
			stack := strings.ReplaceAll(string(debug.Stack()), "\n", " ")
			out = r.said.String() + fmt.Sprintf("panic # %v %s\n", p, stack)
		}
	}()
	r.c = readCase(message)
	r.toEnd()
	return r.said.String()
}

func (r *run) begin() {
	cfg := r.c.cfg
	r.l2 = &l2Chain{c: r.c, byHash: map[common.Hash]uint64{}}
	genesis := &eth.ExecutionPayload{BlockHash: cfg.Genesis.L2.Hash, BlockNumber: hexutil.Uint64(cfg.Genesis.L2.Number),
		Timestamp: hexutil.Uint64(cfg.Genesis.L2Time), GasLimit: hexutil.Uint64(cfg.Genesis.SystemConfig.GasLimit)}
	head, err := r.l2.put(&eth.ExecutionPayloadEnvelope{ExecutionPayload: genesis})
	must(err)
	r.safe, r.pending = head, head
	lgr := log.NewLogger(log.DiscardHandler())
	r.pipeline = derive.NewDerivationPipeline(lgr, cfg, r.c.deps, r.c.l1, r.c.l1, altda.Disabled, r.l2, metrics.NoopMetrics, r.c.l1cfg)
	r.reset()
}

func (r *run) reset() {
	r.pipeline.Reset()
	r.pipeline.ConfirmEngineReset()
	r.revoke()
}

func (r *run) revoke() {
	r.pending = r.safe
	r.l2.revert(r.safe)
}

func (r *run) toEnd() {
	r.begin()
	resets, temporary := 0, 0
	for steps := 0; ; steps++ {
		if steps > maxSteps {
			r.say("endless")
			return
		}
		attrs, err := r.pipeline.Step(context.Background(), r.pending)
		switch {
		case err == io.EOF:
			r.say("end at L1 %d", r.pipeline.Origin().Number)
			return
		case errors.Is(err, derive.NotEnoughData):
		case errors.Is(err, derive.ErrReset):
			r.say("reset # %s", oneLine(err))
			if resets++; resets >= maxResets {
				return
			}
			r.reset()
		case errors.Is(err, derive.ErrCritical):
			r.say("critical # %s", oneLine(err))
			return
		case err != nil: // temporary: op-node tries again
			if temporary++; temporary >= maxTemporary {
				r.say("stuck # %s", oneLine(err))
				return
			}
		case attrs != nil:
			temporary = 0
			if err := r.apply(attrs); err != nil {
				r.say("unusable # %s", oneLine(err))
				return
			}
		}
	}
}

func (r *run) apply(attrs *derive.AttributesWithParent) error {
	digest := r.show(attrs)
	replaced := ""
	if r.c.isRefused(digest, attrs.Attributes) {
		r.say("refused %d %s", attrs.Parent.Number+1, digest)
		if !r.c.cfg.IsHolocene(attrs.DerivedFrom.Time) {
			r.revoke()
			return nil
		}
		var err error
		if attrs, err = r.pipeline.DepositsOnlyAttributes(attrs.Parent.ID(), attrs.DerivedFrom); err != nil {
			return err
		}
		digest, replaced = r.show(attrs), " replaced"
	}
	ref, err := r.l2.put(r.l2.build(attrs.Parent, attrs.Attributes, digest))
	if err != nil {
		return err
	}
	concluding := ""
	if attrs.Concluding {
		concluding = " last"
	}
	r.say("block %d %s of %s origin %s seq %d from %s%s%s", ref.Number, ref.Hash, digest, ref.L1Origin, ref.SequenceNumber,
		attrs.DerivedFrom, concluding, replaced)
	r.pending = ref
	if attrs.Concluding {
		r.safe = ref
	}
	return nil
}

func (r *run) show(attrs *derive.AttributesWithParent) common.Hash {
	if r.c.verbose {
		text, err := json.Marshal(attrs.Attributes)
		must(err)
		r.say("# %s", text)
	}
	return digestOf(attrs.Parent.Hash, attrs.Attributes)
}

func main() {
	log.SetDefault(log.NewLogger(log.DiscardHandler()))
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriterSize(os.Stdout, 1<<20)
	var length [4]byte
	for {
		if _, err := io.ReadFull(in, length[:]); err == io.EOF {
			return
		}
		message := make([]byte, binary.BigEndian.Uint32(length[:]))
		if _, err := io.ReadFull(in, message); err != nil {
			panic(err)
		}
		said := derived(message)
		binary.BigEndian.PutUint32(length[:], uint32(len(said)))
		out.Write(length[:])
		out.WriteString(said)
		must(out.Flush())
	}
}
