package main

import "math/big"

// An entry of a trie; the key is a list of half bytes.
type entry struct {
	key   []byte
	value []byte
}

// Root of the Merkle Patricia trie that has the values under the RLP of their positions.
func orderedRoot(values [][]byte) []byte {
	var entries []entry
	for at, value := range values {
		var key []byte
		for _, each := range rlpString(big.NewInt(int64(at)).Bytes()) {
			key = append(key, each>>4, each&15)
		}
		entries = append(entries, entry{key, value})
	}
	return keccak(encodeNode(entries))
}

func encodeNode(entries []entry) []byte {
	if len(entries) == 0 {
		return []byte{0x80}
	}
	if len(entries) == 1 {
		return rlpList(rlpString(compact(entries[0].key, 2)), rlpString(entries[0].value))
	}
	if shared := sharedPrefix(entries); shared > 0 {
		return rlpList(rlpString(compact(entries[0].key[:shared], 0)), reference(without(entries, shared)))
	}
	var branches [16][]entry
	value := []byte{0x80}
	for _, each := range entries {
		if len(each.key) == 0 {
			value = rlpString(each.value)
			continue
		}
		branches[each.key[0]] = append(branches[each.key[0]], each)
	}
	var items [][]byte
	for _, branch := range branches {
		items = append(items, reference(without(branch, 1)))
	}
	return rlpList(append(items, value)...)
}

// A node inside its parent: itself if it is short, otherwise its hash.
func reference(entries []entry) []byte {
	node := encodeNode(entries)
	if len(node) < 32 {
		return node
	}
	return rlpString(keccak(node))
}

func sharedPrefix(entries []entry) int {
	first := entries[0].key
	shared := len(first)
	for _, each := range entries[1:] {
		at := 0
		for at < shared && at < len(each.key) && each.key[at] == first[at] {
			at++
		}
		shared = at
	}
	return shared
}

func without(entries []entry, prefix int) []entry {
	rest := make([]entry, len(entries))
	for at, each := range entries {
		rest[at] = entry{each.key[prefix:], each.value}
	}
	return rest
}

// Packs half bytes into bytes. The flag is 2 for a leaf, and 0 for an extension.
func compact(key []byte, flag byte) []byte {
	packed := []byte{flag << 4}
	if len(key)%2 == 1 {
		packed[0] = (flag+1)<<4 | key[0]
		key = key[1:]
	}
	for at := 0; at < len(key); at += 2 {
		packed = append(packed, key[at]<<4|key[at+1])
	}
	return packed
}
