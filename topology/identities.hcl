# One identity, four fences: a Unix user, its users on the bus, its cards, its slice.
# To switch user is to switch context: no identity can touch the files of another.

identity "nyx-cognitive" {
  hosts        = [host.theia]
  environments = ["dev", "prod"]
  linger       = true # user services outlive the login
  gpus         = [gpu.theia.0]

  limits {
    memory     = "128GiB"
    cpu_weight = 300
  }
  ipa { groups = ["nyx", "womb-cognitive"] }
}

identity "nyx-training" {
  hosts        = [host.theia]
  environments = ["dev", "prod"]
  linger       = true

  # Adapters learn beside the cortex, in turns on the same card.
  card {
    gpu    = gpu.theia.0
    share  = "time-sliced"
    memory = "12GiB"
  }
  limits {
    memory     = "96GiB"
    cpu_weight = 100
  }
  ipa { groups = ["nyx", "womb-cognitive"] }
}

identity "nyx-organs" {
  hosts        = [host.dioscuri]
  environments = ["dev", "prod"]
  linger       = true
  gpus         = [gpu.dioscuri.0, gpu.dioscuri.1]

  # Beyond what follows from its organs: all leanings, to warm a model before it is asked for.
  nats { subscribe = ["*.nervous.gates.*.lean"] }
  limits {
    memory     = "64GiB"
    cpu_weight = 200
  }
  ipa { groups = ["nyx", "womb-organs"] }
}

# For cells that need bare metal one day.
identity "nyx-nervous" {
  hosts        = [host.dioscuri]
  environments = ["dev", "prod"]
  linger       = true

  card {
    gpu    = gpu.dioscuri.1
    share  = "limited"
    memory = "2GiB"
  }
  limits {
    memory     = "16GiB"
    cpu_weight = 400 # small and quick: a reflex never waits for a model
    tasks      = 512
  }
  ipa { groups = ["nyx"] }
}

# A person: no host, no card, and the word that moves machines.
identity "dafit" {
  may = ["deploy", "update", "scale", "gpu-agent", "install", "rollback"]
  ipa { groups = ["partnership"] }
}
