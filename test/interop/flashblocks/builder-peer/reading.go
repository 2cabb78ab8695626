package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/libp2p/go-libp2p/core/network"
)

// Holds readers up while it is closed.
type gate struct {
	mutex    sync.Mutex
	changed  *sync.Cond
	isClosed bool
}

func newGate() *gate {
	g := &gate{}
	g.changed = sync.NewCond(&g.mutex)
	return g
}

func (g *gate) close() {
	g.mutex.Lock()
	g.isClosed = true
	g.mutex.Unlock()
}

func (g *gate) open() {
	g.mutex.Lock()
	g.isClosed = false
	g.mutex.Unlock()
	g.changed.Broadcast()
}

func (g *gate) wait() {
	g.mutex.Lock()
	for g.isClosed {
		g.changed.Wait()
	}
	g.mutex.Unlock()
}

// A stream that is read only while the gate is open.
type gatedReader struct {
	stream io.Reader
	gate   *gate
}

func (r gatedReader) Read(into []byte) (int, error) {
	r.gate.wait()
	return r.stream.Read(into)
}

// Reads the lines of a stream of a peer. As in op-rbuilder, a malformed line ends the reading, but not the connection.
func (b *builder) read(stream network.Stream) {
	b.work <- func() { b.inbound[stream] = struct{}{} }
	problem := b.readLines(bufio.NewReader(gatedReader{stream, b.gate}))
	b.emit(event{Event: "stream-ended", Problem: problem})
	b.work <- func() { delete(b.inbound, stream) }
	_ = stream.Close()
}

func (b *builder) readLines(lines *bufio.Reader) string {
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return ""
		}
		if err != nil {
			return err.Error()
		}
		readMs := nowMs()
		message, err := parseMessage(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")))
		if err != nil {
			b.emit(event{Event: "malformed", Problem: err.Error()})
			return err.Error()
		}
		message.ReadMs = readMs
		b.emit(event{Event: "line", Message: message})
	}
}
