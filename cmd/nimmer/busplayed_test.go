package main

import "testing"

func TestAddressOfABus(t *testing.T) {
	for text, want := range map[string]string{
		"nats://127.0.0.1:4222":           "127.0.0.1:4222",
		"nats://localhost:4222/":          "127.0.0.1:4222",
		"localhost:4223":                  "127.0.0.1:4223",
		"127.0.0.1":                       "127.0.0.1:4222",
		"nats://[::1]:4222":               "[::1]:4222",
		"nats://bob:secret@127.0.0.1":     "", // bob's login is asked for
		"nats://127.0.0.1:4222,nats://b":  "",
		"nats://127.0.0.1:x":              "",
		"":                                "",
		"nats://hub.cim.internal:7422":    "hub.cim.internal:7422",
		"nats://localhost.example.org:42": "localhost.example.org:42",
	} {
		if got := address(text); got != want {
			t.Errorf("the address of %q is %q, want %q", text, got, want)
		}
	}
}
