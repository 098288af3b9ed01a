# Every block with every attribute.
lab "whole" {
  domain          = "example.org"
  environments    = ["dev", "prod"]
  cim_environment = "prod"
  attention {
    beat   = "10s"
    budget = 50
  }
  ipa {
    server  = "ipa.example.org"
    realm   = "EXAMPLE.ORG"
    ca_file = "/etc/ipa/ca.crt"
  }
  minimum_card {
    memory             = "12GiB"
    compute_capability = "8.6"
  }
}

environment "prod" {
  clock  = "stream"
  trace  = "gates"
  colour = "blue"
}

network "management" {
  subnet      = "10.20.0.0/24"
  vlan        = 10
  gateway     = "10.20.0.1"
  dns         = ["10.20.0.2"]
  description = "where everything is"
}

host "theia" {
  system       = "x86_64-linux"
  addresses    = { management = "10.20.0.10" }
  macs         = { management = "52:54:00:00:00:10" }
  aliases      = ["brain.example.org"]
  roles        = ["brain"]
  environments = ["dev", "prod"]
  memory       = "512GiB"
  cores        = 64
  gpu "0" {
    model              = "RTX PRO 6000 Blackwell"
    memory             = "96GiB"
    reserved           = "1GiB"
    compute_capability = "12.0"
    pci                = "0000:41:00.0"
    uuid               = "GPU-1"
  }
  gpu "1" {
    memory = "24GiB"
    to     = host.guest
  }
  gpu "2" {
    memory = "24GiB"
    vgpu "a" {
      uuid    = "1-2-3"
      profile = "nvidia-259"
      to      = host.guest
    }
  }
  disk "root" {
    id   = "nvme-1"
    size = "2TB"
    role = "system"
  }
  deploy {
    engine   = "native"
    user     = "deploy"
    port     = 2222
    network  = network.management
    key      = "/etc/keys/deploy"
    build_on = "remote"
    canary   = true
  }
}

host "guest" {
  parent    = host.theia
  memory    = "64GiB"
  cores     = 8
  addresses = { management = "10.20.0.11" }
  macs      = { management = "52:54:00:00:00:11" }
}

host "mac" {
  system    = "aarch64-darwin"
  addresses = { management = "10.20.0.12" }
  apple {
    chip                = "M3 Ultra"
    memory              = "256GiB"
    gpu_cores           = 80
    neural_engine_cores = 32
    metal_family        = "apple9"
  }
}

identity "brain" {
  hosts        = [host.theia]
  environments = ["dev", "prod"]
  uid          = 5001
  linger       = true
  gpus         = [gpu.theia.0]
  may          = ["deploy", "rollback"]
  token_file   = "/run/tokens/brain"
  nats {
    publish   = ["*.work.brain"]
    subscribe = ["*.nervous.gates.*.lean"]
  }
  limits {
    memory     = "64GiB"
    cpu_weight = 200
    cpu_quota  = "800%"
    tasks      = 1000
    io_weight  = 100
  }
  ipa {
    groups = ["minds"]
    sudo   = ["none"]
    hbac   = ["ssh"]
  }
}

identity "trainer" {
  hosts = [host.theia]
  card {
    gpu    = gpu.theia.0
    share  = "limited"
    memory = "10GiB"
  }
}

nats "hub" {
  environments   = ["dev", "prod"]
  hosts          = [host.guest]
  address        = "bus.example.org"
  network        = network.management
  port           = 4223
  cluster_port   = 6223
  leaf_port      = 7423
  monitor_port   = 8223
  websocket_port = 9223
  replicas       = 1
  durable        = "power-loss"
  region         = "home"
  peers          = [nats.far]
  jetstream {
    memory = "1GiB"
    store  = "10GiB"
  }
  tls {
    cert = "/etc/tls/cert.pem"
    key  = "/etc/tls/key.pem"
    ca   = "/etc/tls/ca.pem"
  }
}

nats "far" {
  environments = ["prod"]
  urls         = ["tls://far.example.org:4222"]
}

leaf "theia" {
  host         = host.theia
  environments = ["dev"]
  credentials  = "/etc/nats/leaf.creds"
  jetstream {
    memory = "2GiB"
    store  = "50GiB"
  }
}

stream "robots" {
  subjects     = ["*.robots.>"]
  account      = "virtual"
  environments = ["dev"]
  replicas     = 1
  policy       = "work"
  max_age      = "1d"
  max_bytes    = "1GB"
  at           = leaf.theia
}

service "cells" {
  process      = "cell"
  hosts        = [host.guest]
  identity     = identity.person
  environments = ["dev", "prod"]
  replicas     = 2
  cells        = [cell.cpu, nerve.acts]
  listen       = "127.0.0.1:8080"
}

identity "person" {}

service "deploy" {
  hosts = [host.guest]
  flake = "git+ssh://git.example.org/lab"
}

unit "camera" {
  hosts        = [host.theia]
  identity     = identity.brain
  command      = ["camera", "--all"]
  env          = { DEVICE = "/dev/video0" }
  environments = ["dev"]
}

cell "cpu" {
  builtin      = "cpu"
  environments = ["dev", "prod"]
  identity     = identity.person
  replicas     = 2
  env          = { A = "b" }
  cost         = 0.1
  version      = "v1"
}
cell "image" {
  image = "math"
  on    = kubernetes.saturn
}
cell "command" {
  command = ["speak", "up"]
  on      = [host.guest]
}

nerve "acts" {
  builtin      = "pressure"
  identity     = identity.person
  replicas     = 1
  environments = ["dev"]
  env          = { A = "b" }
  cost         = 1
  version      = "v1"
  gate         = gate.g
  commands     = [cell.command]
  states       = ["idle", "busy"]
  transition {
    from = "idle"
    to   = "busy"
    cost = 2
  }
}
nerve "image" {
  image = "act"
  on    = kubernetes.saturn
}
nerve "command" {
  command = "act"
  on      = [host.guest]
}

gate "g" {
  cells             = [cell.cpu, cell.image]
  tier              = 4
  window            = "2s"
  half_life         = "3s"
  open              = 0.7
  close             = -0.5
  release           = 0.2
  refractory        = "1s"
  similarity        = 0.4
  neighbours        = 9
  weight            = 0.2
  reflex            = 0.85
  reflex_confidence = 0.95
  chance            = false
  garden            = "virtual"
  handover          = 0.8
  embedder          = "lexical"
  memory            = "8KiB"
  environments      = ["dev", "prod"]
}

event "asks" {
  gates   = [gate.g]
  mind    = cortex.nyx
  domain  = "questions"
  actions = ["answer", "wait"]
  schema  = { type = "object" }
}

boundary "typed" { organ = organ.vision }

organ "vision" {
  hosts              = [host.mac]
  identity           = identity.eyes
  device             = "metal"
  gpus               = [gpu.mac.metal]
  memory             = "12GiB"
  compute_capability = "8.0"
  idle               = "1m"
  exclusive          = true
  pinned             = false
  min_resident       = "10s"
  class              = "background"
  cost               = 3
  verbs              = ["detect"]
  environments       = ["dev"]
  backend "llama-server" {
    model    = "m.gguf"
    port     = 8645
    context  = 4096
    parallel = 2
    args     = ["--flash-attn"]
    command  = ["llama-server"]
  }
}
organ "ear" {
  host     = host.mac
  identity = identity.eyes
  device   = "cpu"
}
identity "eyes" {
  hosts = [host.mac]
  gpus  = [gpu.mac.metal]
}

cortex "nyx" {
  host               = host.theia
  identity           = identity.brain
  device             = "gpu"
  gpus               = [gpu.theia.0]
  compute_capability = "9.0"
  idle               = "1h"
  exclusive          = false
  pinned             = true
  min_resident       = "1m"
  class              = "interactive"
  cost               = 10
  verbs              = ["chat"]
  environments       = ["dev", "prod"]
  budget             = 40
  queue {
    depth = 8
    wait  = "30s"
  }
  backend "vllm" {
    model                  = "/womb/qwen"
    served_as              = "nyx"
    port                   = 31001
    max_model_len          = 32768
    gpu_memory_utilization = 0.85
    dtype                  = "bfloat16"
  }
}
cortex "elsewhere" {
  hosts  = [host.guest]
  memory = "1GiB"
  device = "cpu"
  backend "openai" {
    url        = "http://127.0.0.1:9000/v1"
    token_file = "/etc/keys/openai"
  }
}

training "lora" {
  identity = identity.trainer
  gpu      = gpu.theia.0
  memory   = "8GiB"
  base     = cortex.nyx
  traits   = [trait.memory]
  output   = "/womb/loras"
  schedule = "daily"
}

trait "memory" {
  domain = "recall"
  signal = "phoebe"
  alpha  = 0.2
  path   = "/womb/loras/memory"
}

phoebe "main" {
  host         = host.guest
  environments = ["dev"]
  identity     = identity.person
  port         = 5433
  database     = "phoebe"
}

iris "main" {
  kind        = "chroma"
  host        = host.guest
  port        = 8001
  collections = ["terms"]
}

probe "drift" {
  kind        = "drift"
  mind        = cortex.nyx
  terms       = ["heart"]
  runs        = 100
  schedule    = "weekly"
  temperature = 0.5
}

womb "loras" {
  identity = identity.trainer
  path     = "/womb/loras"
  target   = "/data/loras"
  mode     = "0700"
}

rollout "all" {
  hosts           = [host.theia, host.guest]
  max_unavailable = 2
  batch           = 1
  soak            = "1m"
  failure_budget  = 1
  order           = [host.theia, host.guest]
  required        = ["ssh"]
  soft            = ["latency"]
}

kubernetes "saturn" {
  environments = ["dev", "prod"]
  hosts        = [host.guest]
  namespace    = "lab-ENV"
  registry     = "registry.example.org"
  image        = "nimmer-cell:v1"
}

monitoring "main" {
  host            = host.guest
  retention       = "30d"
  prometheus_port = 9091
  grafana_port    = 3001
  loki_port       = 3101
  exporter "mine" {
    port   = 9999
    hosts  = [host.theia]
    fields = ["a"]
  }
}

egress "updates" {
  identities = [identity.brain]
  hosts      = [host.theia]
  allow      = ["10.0.0.0/8:443"]
  log        = true
}

backup "phoebe" {
  what        = [phoebe.main, "/etc"]
  to          = "s3://backups/phoebe"
  schedule    = "hourly"
  keep        = 3
  recipient   = "age1qqqq"
  credentials = "/etc/keys/s3"
}

installer "iso" {
  hosts   = [host.theia]
  formats = ["iso", "netboot"]
}

pxe "metal" {
  host         = host.guest
  network      = network.management
  first        = "10.20.0.100"
  last         = "10.20.0.200"
  router       = "10.20.0.1"
  installer    = installer.iso
  reservations = [host.theia]
}

autoscale "nodes" {
  metric   = "stream_pending"
  above    = 80
  for      = "2m"
  action   = "deploy_node"
  service  = service.cells
  hosts    = [host.guest]
  stream   = "WORK"
  step     = 2
  cooldown = "10m"
  max      = 4
}
