// Command builder-peer is a builder that speaks op-rbuilder's protocol between builders. It has no code in common with
// Atoll: libp2p is go-libp2p, and the JSON, RLP and tries are of this folder. A test controls it.
//
//	go build -o OUT . && OUT PORT KEY
//
// PORT is a TCP port of 127.0.0.1, and KEY has the form of op-rbuilder's key file: 64 bytes of hex, an ed25519 secret
// and its public key. Commands are lines of JSON on stdin, and events are lines of JSON on stdout. Each command is
// answered by an event `done` with its id. The program ends with its stdin.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A command of the test. The fields that it needs depend on `do`.
type command struct {
	ID int    `json:"id"`
	Do string `json:"do"`
	// A multiaddr with a peer id: of `dial` and `duplicate`.
	Address string `json:"address"`
	// Which connection is closed at once: `newest` or `oldest`; of `duplicate`.
	Closes string `json:"closes"`
	// What is written, so many times, in pieces that end at these offsets, with a pause in between: of `send`.
	Text    string `json:"text"`
	Times   int    `json:"times"`
	Cuts    []int  `json:"cuts"`
	PauseMs int    `json:"pauseMs"`
	// The block to make: of `make`.
	Block blockPlan `json:"block"`
}

// An event. The fields that it has depend on `event`.
type event struct {
	Event string  `json:"event"`
	AtMs  float64 `json:"atMs"`
	// Of `ready`.
	PeerID  string `json:"peerId,omitempty"`
	Address string `json:"address,omitempty"`
	// Of `done`.
	ID      int      `json:"id,omitempty"`
	State   *state   `json:"state,omitempty"`
	Made    *made    `json:"made,omitempty"`
	Message *message `json:"message,omitempty"`
	// Why something failed.
	Problem string `json:"problem,omitempty"`
}

// Writes events to stdout.
type reporter struct {
	mutex   sync.Mutex
	encoder *json.Encoder
}

func (r *reporter) emit(e event) {
	e.AtMs = nowMs()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	// If the test is gone, stdin ends too.
	_ = r.encoder.Encode(e)
}

// Unix milliseconds, with their fraction.
func nowMs() float64 {
	return float64(time.Now().UnixMicro()) / 1_000
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: builder-peer PORT KEY")
	}
	port, err := strconv.ParseUint(args[0], 10, 16)
	if err != nil {
		return fmt.Errorf("the port: %w", err)
	}
	raw, err := hex.DecodeString(args[1])
	if err != nil {
		return fmt.Errorf("the key: %w", err)
	}
	key, err := crypto.UnmarshalEd25519PrivateKey(raw)
	if err != nil {
		return fmt.Errorf("the key: %w", err)
	}
	reporter := &reporter{encoder: json.NewEncoder(os.Stdout)}
	builder, err := newBuilder(key, int(port), reporter.emit)
	if err != nil {
		return err
	}
	defer builder.close()
	return serve(builder, reporter)
}

// The longest command: it sends a line of the largest size.
const maxCommandBytes = 32 << 20

func serve(builder *builder, reporter *reporter) error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, maxCommandBytes)
	for lines.Scan() {
		var given command
		if err := json.Unmarshal(lines.Bytes(), &given); err != nil {
			return fmt.Errorf("a command: %w", err)
		}
		done := event{Event: "done", ID: given.ID}
		if err := carryOut(builder, given, &done); err != nil {
			done.Problem = err.Error()
		}
		reporter.emit(done)
	}
	return lines.Err()
}

func carryOut(builder *builder, given command, done *event) error {
	switch given.Do {
	case "dial":
		return builder.dial(given.Address)
	case "duplicate":
		return builder.duplicate(given)
	case "drop":
		return builder.drop()
	case "send":
		return builder.send(given)
	case "make":
		made, err := makeBlock(given.Block)
		done.Made = made
		return err
	case "stall":
		builder.gate.close()
		return nil
	case "resume":
		builder.gate.open()
		return nil
	case "state":
		state := builder.state()
		done.State = &state
		return nil
	default:
		return fmt.Errorf("%q is not a command", given.Do)
	}
}
