lab "t" {}

host "a" {
  gpu "0" {
    memory             = "20GiB"
    compute_capability = "8.9"
  }
  gpu "1" {
    memory             = "20GiB"
    compute_capability = "8.9"
  }
}
host "b" {
  gpu "0" { memory = "96GiB" }
}
host "c" {}
identity "i" {
  hosts = [host.a]
  gpus  = [gpu.a.0, gpu.a.1]
}
identity "j" {
  hosts = [host.a]
  card {
    gpu    = gpu.a.1
    share  = "limited"
    memory = "4GiB"
  }
}
identity "k" {
  hosts = [host.b]
  gpus  = [gpu.b.0]
}
identity "poor" { hosts = [host.c] }

organ "large" {
  identity = identity.i
  memory   = "20GiB" # ERROR: Does not fit the card
}
organ "limited" {
  identity = identity.j
  memory   = "5GiB" # ERROR: Does not fit the card
}
organ "new" {
  identity           = identity.i
  memory             = "4GiB"
  compute_capability = "9.0" # ERROR: Does not fit the card
}
organ "form" {
  identity           = identity.i
  compute_capability = "sm_90" # ERROR: Not a compute capability
}
organ "foreign" {
  identity = identity.i
  gpus     = [gpu.b.0] # ERROR: Card of another identity
}
organ "none" {
  identity = identity.poor
  device   = "gpu" # ERROR: No card
}
organ "cpu" { identity = identity.poor }
organ "elsewhere" {
  identity = identity.poor
  host     = host.a # ERROR: Identity lives elsewhere
  device   = "cpu"
}
cortex "nyx" {
  identity = identity.k
  backend "vllm" { gpu_memory_utilization = 1 } # ERROR: Does not fit the card
}
training "lora" { # ERROR: No card
  identity = identity.i # two cards: which one
  memory   = "8GiB"
}
