package loadtest

import (
	"fmt"
	"strings"
)

// Explicit writes a lab of n hosts, each block written out: a card, an
// identity, a leaf, cells and a gate for every host.
func Explicit(n int) map[string][]byte {
	var hosts, rest strings.Builder
	fmt.Fprint(&rest, labHead)
	for i := range n {
		fmt.Fprintf(&hosts, `
host "worker-%[1]d" {
  system    = "x86_64-linux"
  addresses = { management = cidrhost(network.management.subnet, %[2]d) }
  macs      = { management = "52:54:00:%02[3]x:%02[4]x:%02[5]x" }
  roles     = ["worker"]
  memory    = "64GiB"
  cores     = 16

  gpu "0" {
    model              = "RTX 4000 Ada"
    memory             = "20GiB"
    compute_capability = "8.9"
  }
  gpu "1" {
    model              = "RTX 4000 Ada"
    memory             = "20GiB"
    compute_capability = "8.9"
  }
  disk "root" { id = "nvme-disk-%[1]d" }
}
`, i, i+100, i>>16, i>>8&255, i&255)
		fmt.Fprintf(&rest, `
identity "organs-%[1]d" {
  hosts  = [host.worker-%[1]d]
  linger = true
  gpus   = [gpu.worker-%[1]d.0, gpu.worker-%[1]d.1]
  limits { memory = "32GiB" }
}
leaf "worker-%[1]d" { host = host.worker-%[1]d }
organ "vision-%[1]d" {
  identity = identity.organs-%[1]d
  memory   = "12GiB"
  backend "ollama" { model = "m" }
}
cell "left-%[1]d" {}
cell "right-%[1]d" {}
gate "g-%[1]d" { cells = [cell.left-%[1]d, cell.right-%[1]d] }
`, i)
	}
	return map[string][]byte{"hosts.hcl": []byte(hosts.String()), "rest.hcl": []byte(rest.String())}
}

const labHead = `
lab "big" { environments = ["dev", "prod"] }
network "management" { subnet = "10.0.0.0/8" }
host "hub" { addresses = { management = "10.0.0.10" } }
nats "hub" {
  hosts   = [host.hub]
  network = network.management
}
`

// ForEach is the same lab, each kind of block written once with for_each.
func ForEach(n int) map[string][]byte {
	return map[string][]byte{"lab.hcl": []byte(labHead + fmt.Sprintf(`
locals { workers = range(%d) }

host "worker" {
  for_each  = local.workers
  addresses = { management = cidrhost(network.management.subnet, each.value + 100) }
  roles     = ["worker"]
  memory    = "64GiB"
  cores     = 16
  gpu "card" {
    for_each           = ["0", "1"]
    name               = each.value
    model              = "RTX 4000 Ada"
    memory             = "20GiB"
    compute_capability = "8.9"
  }
  disk "root" { id = "nvme-disk-${each.key}" }
}
identity "organs" {
  for_each = local.workers
  hosts    = [host.worker[each.key]]
  linger   = true
  gpus     = gpu.worker[each.key]
  limits { memory = "32GiB" }
}
leaf "worker" {
  for_each = host.worker
  host     = each.value
}
organ "vision" {
  for_each = local.workers
  identity = identity.organs[each.key]
  memory   = "12GiB"
  backend "ollama" { model = "m" }
}
cell "left" { for_each = local.workers }
cell "right" { for_each = local.workers }
gate "g" {
  for_each = local.workers
  cells    = [cell.left[each.key], cell.right[each.key]]
}
`, n))}
}
