identity "nyx-organs" {
  hosts = [host.dioscuri]
  gpus  = [gpu.dioscuri.0, gpu.dioscuri.2] # ERROR: Unknown card

  nats { publish = ["*.organs.vision.detect.nyx-cognitive"] } # ERROR: Grant of another identity
}

identity "eyes" {
  hosts = [host.dioscuri]
  gpus  = [gpu.dioscuri.1]
}

organ "vision" {
  identity = identity.eyes
  memory   = "24GiB" # ERROR: Does not fit the card
}
