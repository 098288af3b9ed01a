lab "t" { environments = ["dev", "prod"] }

host "a" {}
host "b" {}
identity "i" { hosts = [host.a, host.b] }

nats "dev" {
  environments = ["dev"]
  hosts        = [host.a]
}
nats "prod" {
  environments = ["prod"]
  hosts        = [host.a]
  port         = 4222 # ERROR: Port taken
  leaf_port    = 7423
  monitor_port = 8223
}
leaf "a" { host = host.a } # ERROR: Port taken

cortex "nyx" {
  host   = host.b
  device = "cpu"
  backend "vllm" { model = "m" }
}
organ "v" {
  host   = host.b
  device = "cpu"
  backend "llama-server" { port = 31000 } # ERROR: Port taken
}
organ "w" {
  host   = host.b
  device = "cpu"
  backend "ollama" { port = 11434 }
}
organ "x" {
  host   = host.b
  device = "cpu"
  backend "ollama" { port = 11434 } # one ollama serves both
}
phoebe "dev" { host = host.b }
phoebe "prod" { host = host.b } # two databases of one server
iris "i" {
  host = host.b
  kind = "chroma"
  port = 5432 # ERROR: Port taken
}
monitoring "m" {
  host         = host.b
  grafana_port = 22 # ERROR: Port taken
  exporter "node" {}
  exporter "mine" {} # ERROR: Missing attribute
}
service "console" {
  hosts  = [host.b]
  listen = "0.0.0.0:9100" # ERROR: Port taken
}
service "thalamus" {
  hosts  = [host.b]
  listen = "8080" # ERROR: Not a listen address
}
