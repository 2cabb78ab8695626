package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multiaddr"
	"github.com/multiformats/go-multistream"
)

const protocolID = "/flashblocks/1.0.0"

// Timeout of a dial, of the opening of a stream, and of a write. op-rbuilder has none for writes.
const timeout = 10 * time.Second

// A builder treats its connections as op-rbuilder does (crates/p2p/src/lib.rs): it holds one stream for each peer, on
// which it only writes. It opens the stream on a new connection if it holds none. When any connection of a peer closes,
// it drops the stream of this peer, even if the peer has another connection. It only reads the streams of its peers.
type builder struct {
	key  crypto.PrivKey
	emit func(event)
	gate *gate
	// The first one listens.
	hosts []host.Host
	work  chan func()
	// Everything below belongs to the goroutine that does the work.
	connections []network.Conn
	held        map[peer.ID]network.Stream
	inbound     map[network.Stream]struct{}
}

// What a builder has open.
type state struct {
	Connections int `json:"connections"`
	// Streams on which it sends.
	Held int `json:"held"`
	// Streams that it reads.
	Inbound int `json:"inbound"`
}

func newBuilder(key crypto.PrivKey, port int, emit func(event)) (*builder, error) {
	b := &builder{
		key:     key,
		emit:    emit,
		gate:    newGate(),
		work:    make(chan func(), 1_024),
		held:    map[peer.ID]network.Stream{},
		inbound: map[network.Stream]struct{}{},
	}
	go func() {
		for each := range b.work {
			each()
		}
	}()
	first, err := b.newHost(libp2p.ListenAddrStrings(fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", port)))
	if err != nil {
		return nil, err
	}
	id := first.ID().String()
	address := fmt.Sprintf("%s/p2p/%s", first.Addrs()[0], id)
	emit(event{Event: "ready", PeerID: id, Address: address})
	return b, nil
}

func (b *builder) newHost(listen libp2p.Option) (host.Host, error) {
	h, err := libp2p.New(
		listen,
		libp2p.Identity(b.key),
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Security(noise.ID, noise.New),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.UserAgent("op-rbuilder/1.0.0"),
		libp2p.ProtocolVersion("1.0.0"),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
		// The tests connect more often from one address than a resource manager allows.
		libp2p.ResourceManager(&network.NullResourceManager{}),
	)
	if err != nil {
		return nil, err
	}
	h.SetStreamHandler(protocolID, b.read)
	h.Network().Notify(&network.NotifyBundle{
		ConnectedF:    func(_ network.Network, c network.Conn) { b.work <- func() { b.connected(c) } },
		DisconnectedF: func(_ network.Network, c network.Conn) { b.work <- func() { b.disconnected(c) } },
	})
	b.hosts = append(b.hosts, h)
	return h, nil
}

// Runs a function in turn with the changes of connections, as in op-rbuilder's event loop.
func (b *builder) do(run func() error) error {
	result := make(chan error, 1)
	b.work <- func() { result <- run() }
	return <-result
}

func (b *builder) connected(c network.Conn) {
	if c.IsClosed() {
		return
	}
	b.connections = append(b.connections, c)
	b.emit(event{Event: "connected", PeerID: c.RemotePeer().String()})
	if b.held[c.RemotePeer()] != nil {
		return
	}
	stream, err := openStream(c)
	if err != nil {
		b.emit(event{Event: "stream-failed", Problem: err.Error()})
		return
	}
	b.held[c.RemotePeer()] = stream
	b.emit(event{Event: "stream-opened"})
	go b.watchBack(stream)
}

func (b *builder) disconnected(c network.Conn) {
	for at, each := range b.connections {
		if each == c {
			b.connections = append(b.connections[:at:at], b.connections[at+1:]...)
			break
		}
	}
	if stream := b.held[c.RemotePeer()]; stream != nil {
		_ = stream.Reset()
		delete(b.held, c.RemotePeer())
	}
	b.emit(event{Event: "disconnected", PeerID: c.RemotePeer().String()})
}

// Opens a stream, and waits for the answer of the peer, as rust-libp2p does. A stream of go-libp2p's host would be
// announced to the peer with the first message only.
func openStream(c network.Conn) (network.Stream, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	stream, err := c.NewStream(ctx)
	if err != nil {
		return nil, err
	}
	_ = stream.SetDeadline(time.Now().Add(timeout))
	if err := multistream.SelectProtoOrFail(protocolID, stream); err != nil {
		_ = stream.Reset()
		return nil, err
	}
	_ = stream.SetDeadline(time.Time{})
	return stream, stream.SetProtocol(protocolID)
}

// op-rbuilder never reads the stream on which it writes, so its peer must not write there.
func (b *builder) watchBack(stream network.Stream) {
	if count, _ := io.ReadFull(stream, make([]byte, 1)); count > 0 {
		b.emit(event{Event: "wrote-back", PeerID: stream.Conn().RemotePeer().String()})
	}
}

// Dials until a connection to the peer is open: the peer may be about to start.
func (b *builder) dial(address string) error {
	return dialFrom(b.hosts[0], address)
}

// Opens a connection in addition to those that are open. A host of go-libp2p dials no peer twice, so that a second host
// with the same key does it. If told, closes the new connection or the oldest one without a pause.
func (b *builder) duplicate(given command) error {
	second, err := b.newHost(libp2p.NoListenAddrs)
	if err != nil {
		return err
	}
	if err := dialFrom(second, given.Address); err != nil {
		return err
	}
	var open []network.Conn
	switch given.Closes {
	case "newest":
		open = second.Network().Conns()
	case "oldest":
		open = b.hosts[0].Network().Conns()
	default:
		return nil
	}
	if len(open) == 0 {
		return fmt.Errorf("the peer closed it")
	}
	return open[0].Close()
}

func dialFrom(h host.Host, address string) error {
	parsed, err := multiaddr.NewMultiaddr(address)
	if err != nil {
		return err
	}
	info, err := peer.AddrInfoFromP2pAddr(parsed)
	if err != nil {
		return err
	}
	h.Peerstore().AddAddrs(info.ID, info.Addrs, peerstore.PermanentAddrTTL)
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	for {
		h.Network().(*swarm.Swarm).Backoff().Clear(info.ID)
		// The method of the host would also wait for the answer of identify.
		_, err := h.Network().DialPeer(ctx, info.ID)
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// Drops all streams on which it sends, as after a failed write. Only a new connection gets a new stream.
func (b *builder) drop() error {
	return b.do(func() error {
		for id, stream := range b.held {
			_ = stream.Reset()
			delete(b.held, id)
		}
		return nil
	})
}

// Writes to all peers. A stream on which a write fails is dropped.
func (b *builder) send(given command) error {
	whole := strings.Repeat(given.Text, max(given.Times, 1))
	return b.do(func() error {
		if len(b.held) == 0 {
			return fmt.Errorf("no stream is open")
		}
		for id, stream := range b.held {
			if err := writePieces(stream, whole, given); err != nil {
				delete(b.held, id)
				_ = stream.Reset()
				return err
			}
		}
		return nil
	})
}

func writePieces(stream network.Stream, whole string, given command) error {
	_ = stream.SetWriteDeadline(time.Now().Add(timeout))
	from := 0
	for _, to := range append(given.Cuts, len(whole)) {
		if to < from || to > len(whole) {
			return fmt.Errorf("no piece from %d to %d", from, to)
		}
		if from > 0 {
			time.Sleep(time.Duration(given.PauseMs) * time.Millisecond)
		}
		if _, err := io.WriteString(stream, whole[from:to]); err != nil {
			return err
		}
		from = to
	}
	return stream.SetWriteDeadline(time.Time{})
}

func (b *builder) state() state {
	var now state
	_ = b.do(func() error {
		now = state{Connections: len(b.connections), Held: len(b.held), Inbound: len(b.inbound)}
		return nil
	})
	return now
}

func (b *builder) close() {
	for _, each := range b.hosts {
		_ = each.Close()
	}
}
