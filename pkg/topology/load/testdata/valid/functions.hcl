# Every function, locals in any order, references of every kind.
locals {
  hosts   = { for i in local.numbers : format("node-%02d", i) => cidrhost(network.management.subnet, 10 + i) }
  numbers = range(1, 4)
  third   = cidrsubnet("10.0.0.0/8", 8, 3)
  mask    = cidrnetmask(network.management.subnet)
  all = [
    abs(-1), ceil(1.5), floor(1.5), max(1, 2), min(1, 2), length("four"), length([1, 2]),
    upper("a"), lower("B"), join("-", ["a", "b"]), replace("a.b", ".", "-"), substr("abcdef", 1, 2),
    trimspace(" x "), trimprefix("ab", "a"), trimsuffix("ab", "b"),
    tostring(1), tonumber("2"), tobool("true"), coalesce(null, "x"), lookup({ a = "b" }, "a", "c"),
    jsonencode({ a = [1, host.node-01] }), jsondecode("{\"a\":1}").a, try(local.nothing, "fallback"), can(local.nothing),
    contains(["a"], "a"), element(["a", "b"], 1),
  ]
  lists = [
    concat([1], [2]), keys({ a = 1 }), values({ a = 1 }), flatten([[1], [2]]), distinct(["a", "a"]), sort(["b", "a"]),
    split(",", "a,b"), compact(["", "a"]), reverse([1, 2]), slice([1, 2, 3], 0, 2), tolist([1]), toset(["a"]),
    merge({ a = 1 }, { b = 2 }), tomap({ a = 1 }), zipmap(["a"], [1]),
  ]
  schema = file("schema.json")
}

lab "functions" {
  domain       = "example.org"
  environments = ["dev", "prod"]
}

network "management" {
  subnet      = "10.0.0.0/24"
  gateway     = cidrhost(network.management.subnet, 1)
  description = "of ${lab.domain}, ${lab.functions.name}, ${length(lab.environments)} environments"
}

network "data" {
  for_each = { east = 1, west = 2 }
  subnet   = cidrsubnet("10.1.0.0/16", 8, each.value)
  vlan     = 100 + each.value
  dns      = [network.management.gateway]
}

host "node" {
  for_each  = local.hosts
  name      = each.key
  addresses = { management = each.value, data-east = cidrhost(network.data["east"].subnet, tonumber(substr(each.key, 5, 2))) }
  gpu "card" {
    for_each = range(2)
    memory   = "24GiB"
  }
}

host "first" {
  parent    = host.node["node-01"]
  memory    = "8GiB"
  addresses = { management = "10.0.0.99" }
}

identity "everywhere" {
  hosts = [for h in host.node : h]
  gpus  = gpu.node-02
}
identity "each" {
  for_each = toset([host.node-01, host.first])
  hosts    = each.value
}
identity "chosen" {
  hosts = host.node["node-03"]
  gpus  = [gpu.node["node-03"].card-1]
}

cell "c" {}
gate "g" {
  for_each = ["a", "b"]
  cells    = cell.c
  tier     = each.key == 0 ? 4 : 2
}
event "e" {
  gates  = gate.g
  schema = local.schema
}
event "named" {
  gates  = [gate.g[0], gate.g-1]
  schema = "schema.json"
}
event "inline" {
  gates = gate.g
  schema = {
    type     = "object"
    required = ["input"]
  }
}

nats "hub" { hosts = [host.node-01] }
