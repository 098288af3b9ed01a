package embedded

import (
	"errors"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// onlyAccounts refuses accounts' text that says anything else: a leaf node's
// listener, above all, would let a stranger's server in as whoever needs no
// login.
func onlyAccounts(o *server.Options) error {
	switch {
	case o.Port != 0, o.HTTPPort != 0, o.HTTPSPort != 0, o.LeafNode.Port != 0, len(o.LeafNode.Remotes) > 0,
		o.Cluster.Port != 0, o.Gateway.Port != 0, o.Websocket.Port != 0, o.MQTT.Port != 0, len(o.TrustedOperators) > 0:
		return errors.New("they hold more than accounts")
	case len(o.Accounts) == 0:
		return errors.New("there are none")
	}
	return nil
}

// known tells warnings of the server that are no news: the passwords of
// Options.Accounts exist in this process only, and hashing them would take a
// tenth of a second at each login.
func known(text string) bool { return strings.Contains(text, "Plaintext passwords detected") }
