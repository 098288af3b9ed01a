# The processes of the machine itself, and the agents that use its card.

identity "cim" {
  hosts  = local.machines
  linger = true
  gpus = concat(
    [gpu.cim-master-1.0],
    [for i in range(1, 11) : gpu["cim-worker-${i}"]["0"]],
    [gpu.cim-mac-studio.metal],
  )
  limits { tasks = 4096 }
}

unit "cim" {
  hosts    = local.cards
  identity = identity.cim
  command  = ["ia", "--daemon"]
  env = {
    NATS_URL   = "nats://localhost:4222"
    RUST_LOG   = "info"
    CIM_CONFIG = "/etc/cim/config.toml"
  }
}

unit "cim-darwin" {
  hosts    = [host.cim-mac-studio]
  identity = identity.cim
  command  = ["ia", "--daemon"]
  env = {
    NATS_URL                  = "nats://localhost:4222"
    RUST_LOG                  = "info"
    CIM_CONFIG                = "/etc/cim/config.toml"
    CIM_PLATFORM              = "darwin-aarch64"
    METAL_DEVICE_WRAPPER_TYPE = "1"
    METAL_DEBUG_ERROR_MODE    = "0"
    MLCompute_FORCE_USE_GPU   = "1"
  }
}

# Four agents at a time share 80 % of a 12 GiB card.
organ "agent" {
  hosts              = local.cards
  identity           = identity.cim
  device             = "gpu"
  memory             = "9830MiB"
  compute_capability = "8.6"
  verbs              = ["chat"]

  backend "ollama" {
    model    = "agent"
    parallel = 4
  }
}

# The same agents on unified memory.
organ "agent-metal" {
  hosts    = [host.cim-mac-studio]
  identity = identity.cim
  device   = "metal"
  memory   = "96GiB"
  verbs    = ["chat", "embed"]

  backend "ollama" {
    model    = "agent"
    parallel = 4
  }
}
