lab "t" { environments = ["dev", "prod"] }
host "h" {}
identity "eye" { hosts = [host.h] }
organ "vision" {
  identity = identity.eye
  device   = "cpu"
}
organ "ear" {
  host   = host.h
  device = "cpu"
}

identity "ok" {
  nats {
    publish   = ["*.organs.vision.detect.ok", "*.organs.vision.detect", "dev.work.queue", "*.nervous.cells.math.wave"]
    subscribe = ["*.nervous.gates.*.lean", "*.organs.*.state"]
  }
}
identity "eye2" {
  environments = ["dev"]
  nats {
    publish = [
      "*.organs.vision.detect.eye", # ERROR: Grant of another identity
      "*.organs.>",                 # ERROR: Grant of another identity
      "*.cognitive.nyx.request.*",  # ERROR: Grant of another identity
      "*.organs.vision.state",      # ERROR: Grant of another organ
      "*.organs.ear.*",             # ERROR: Grant of another organ
      "*.real.gates.math.verified", # ERROR: Grant reserved for gate core
      "*.real.>",                   # ERROR: Grant reserved for gate core
      "*.real.gates.g.transition",  # ERROR: Grant reserved for gate core
      "*.nervous.gates.>",          # ERROR: Grant reserved for gate core
      "*.snapshot.>",               # ERROR: Grant reserved for gate core
      "*.infra.deploy.scale",       # ERROR: Grant of commands
      "*.infra.hosts.h.heartbeat",  # ERROR: Grant of another host
      "*.>",                        # ERROR: Grant outside its account
      ">",                          # ERROR: Grant outside its environments
      "prod.work.x",                # ERROR: Grant outside its environments
      "*.work..x",                  # ERROR: Not a subject
      "*.work.a b",                 # ERROR: Not a subject
    ]
    subscribe = [
      "*.organs.vision.*", # WARNING: Grant reaches further
      "*.*.x", # ERROR: Grant outside its account
      "_INBOX.>", # ERROR: Grant outside its environments
    ]
  }
}
