lab "t" {}

host "a" {
  gpu "0" { memory = "20GiB" }
}
host "b" {
  gpu "0" { memory = "20GiB" }
  gpu "1" { memory = "20GiB" }
}
host "c" {
  gpu "0" { memory = "96GiB" }
}
identity "a" {
  hosts = [host.a]
  gpus  = [gpu.a.0]
}
identity "b" {
  hosts = [host.b]
  gpus  = [gpu.b]
}
identity "c" {
  hosts = [host.c]
  gpus  = [gpu.c.0]
}
identity "trainer" {
  hosts = [host.c]
  card { gpu = gpu.c.0 }
}

# One card: what stays leaves no room for the largest that comes and goes.
organ "pinned" {
  identity = identity.a
  memory   = "10GiB"
  pinned   = true
}
organ "small" {
  identity = identity.a
  memory   = "9GiB"
}
organ "large" {
  identity = identity.a
  memory   = "12GiB" # ERROR: Does not fit beside the others
}

# Two cards: there is an order in which all find a place.
organ "p1" {
  identity = identity.b
  memory   = "12GiB"
  pinned   = true
}
organ "p2" {
  identity = identity.b
  memory   = "6GiB"
  pinned   = true
}
organ "alone" {
  identity  = identity.b
  memory    = "18GiB"
  exclusive = true
}

# The cortex's share and a training on its card.
cortex "nyx" {
  identity = identity.c
  backend "vllm" { gpu_memory_utilization = 0.85 }
}
training "lora" {
  identity = identity.trainer
  memory   = "20GiB" # ERROR: Does not fit beside the others
}
