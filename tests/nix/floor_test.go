package nix

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// floor is what every unit of ours is denied, by directive; lists are written with blanks between.
var floor = map[string]string{
	"AmbientCapabilities":     "",
	"CapabilityBoundingSet":   "",
	"DevicePolicy":            "closed",
	"LockPersonality":         "true",
	"MemoryDenyWriteExecute":  "true",
	"NoNewPrivileges":         "true",
	"PrivateDevices":          "true",
	"PrivateTmp":              "true",
	"PrivateUsers":            "true",
	"ProcSubset":              "pid",
	"ProtectClock":            "true",
	"ProtectControlGroups":    "true",
	"ProtectHome":             "true",
	"ProtectHostname":         "true",
	"ProtectKernelLogs":       "true",
	"ProtectKernelModules":    "true",
	"ProtectKernelTunables":   "true",
	"ProtectProc":             "invisible",
	"ProtectSystem":           "strict",
	"RemoveIPC":               "true",
	"RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
	"RestrictNamespaces":      "true",
	"RestrictRealtime":        "true",
	"RestrictSUIDSGID":        "true",
	"SystemCallArchitectures": "native",
	"SystemCallFilter":        "@system-service ~@privileged ~@resources",
	"UMask":                   "0077",
}

// exception is a directive that some units have otherwise. Each says why.
type exception struct {
	units, directive, value string
	why                     string
}

var exceptions = []exception{
	{"nimmer-host.service", "ProcSubset", "all", "load, memory and boot id are in /proc"},
	{"nimmer-host.service", "ProtectProc", "default", "the sensor process sees everybody's"},
	{"nimmer-cell*.service", "ProcSubset", "all", "what feels the machine reads /proc"},
	{"nimmer-cell*.service", "ProtectProc", "default", "pressure names the process that is to blame"},
	{"nimmer-workers.service", "ProcSubset", "all", "what feels the machine reads /proc"},
	{"nimmer-workers.service", "ProtectProc", "default", "the sensor process sees everybody's"},

	{"nimmer-nats-*-keys.service", "PrivateUsers", "false", "root asks the service manager"},
	{"nimmer-nats-*-keys.service", "ProcSubset", "all", "systemctl looks at process 1"},
	{"nimmer-nats-*-keys.service", "ProtectProc", "default", "systemctl looks at process 1"},

	{"nimmer-organ-*.service", "MemoryDenyWriteExecute", "false", "its libraries compile at run time"},
	{"nimmer-organ-*.service", "UMask", "0007", "its dispatcher opens the socket"},
	{"nimmer-organ-*.service", "ProcSubset", "all", "the engine asks for memory and processors"},
	{"nimmer-organ-*.service", "SystemCallFilter", "@system-service ~@privileged", "the engine binds its threads to processors"},
	{"vllm-*.service", "MemoryDenyWriteExecute", "false", "it compiles at run time"},
	{"vllm-*.service", "ProcSubset", "all", "the engine asks for memory and processors"},
	{"vllm-*.service", "SystemCallFilter", "@system-service ~@privileged", "the engine binds its threads to processors"},
	{"vllm-*.service", "RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX AF_NETLINK", "it lists interfaces"},
	{"nimmer-dcgm-exporter.service", "ProcSubset", "all", "the driver's library reads /proc/driver"},
	{"nimmer-dcgm-exporter.service", "SystemCallFilter", "@system-service ~@privileged", "the driver's library binds its threads to processors"},
}

// asRoot set a machine up, once, with root's capabilities for just that, as closed as their work allows.
var asRoot = map[string]string{
	"nimmer-egress.service":     "changes the firewall's sets",
	"nimmer-gpu.service":        "loads the driver and makes the nodes of the cards",
	"nimmer-identities.service": "makes homes, lingering and limits",
	"nimmer-womb.service":       "makes folders of several identities",
}

// TestUnitsAreHardened: what a unit may beyond the floor is in the table, with the reason.
func TestUnitsAreHardened(t *testing.T) {
	t.Parallel()
	used := map[exception]bool{}
	for _, u := range services(t) {
		if _, root := asRoot[u.name]; root {
			if kind := u.last("Type"); kind != "oneshot" {
				t.Errorf("%s runs as root, and is no oneshot but %q", u.path(), kind)
			}
			continue
		}
		for directive, want := range floor {
			got := strings.Join(u.all(directive), " ")
			if u.all(directive) != nil && (got == want || directive == "RestrictAddressFamilies" && fewer(got, want)) {
				continue
			}
			if directive == "PrivateDevices" && got == "false" && len(u.all("DeviceAllow")) > 0 {
				continue // it has cards, and DevicePolicy=closed lets it open no other device
			}
			i := slices.IndexFunc(exceptions, func(e exception) bool {
				match, _ := path.Match(e.units, u.name)
				return match && e.directive == directive && e.value == got
			})
			if i < 0 {
				t.Errorf("%s: %s=%s, want %q: harden it, or say in the table of exceptions why not", u.path(), directive, got, want)
				continue
			}
			used[exceptions[i]] = true
		}
	}
	for _, e := range exceptions {
		if !used[e] {
			t.Errorf("no %s has %s=%s any more: take the exception out", e.units, e.directive, e.value)
		}
	}
}

// fewer reports whether all words of a list are among those of another; "none" is no word.
func fewer(list, than string) bool {
	return !slices.ContainsFunc(strings.Fields(list), func(w string) bool {
		return w != "none" && !slices.Contains(strings.Fields(than), w)
	})
}

// fencedRoot is root behind all fences, without a capability: it owns the files that it works with.
var fencedRoot = map[string]string{
	"nimmer-nats-*-keys.service":       "asks the service manager to reload a server",
	"nimmer-backup-*-password.service": "makes a password that root alone reads",
	"nimmer-grafana-secrets.service":   "makes secrets that are handed over as credentials",
}

// TestUnitsRunAsSomebody: as an identity in its slice, as a user of their own, or as one that exists while they run.
func TestUnitsRunAsSomebody(t *testing.T) {
	t.Parallel()
	for _, u := range services(t) {
		_, root := asRoot[u.name]
		for pattern := range fencedRoot {
			match, _ := path.Match(pattern, u.name)
			root = root || match
		}
		user := u.last("User")
		switch dynamic := u.last("DynamicUser") == "true"; {
		case root:
		case user == "" && !dynamic:
			t.Errorf("%s runs as root", u.path())
		case dynamic || strings.HasPrefix(user, "nimmer-"):
		case u.last("Slice") != "nimmer-"+user+".slice":
			t.Errorf("%s runs as %s in slice %q: its limits do not hold", u.path(), user, u.last("Slice"))
		}
	}
}
