# Ends of addresses are the same on every network: the master has .10, worker i has .(10+i).

host "cim-gateway" {
  system    = "x86_64-linux"
  addresses = { management = "10.0.0.1" }
  roles     = ["router", "boot"]
  deploy { user = "root" }
}

host "cim-master-1" {
  system = "x86_64-linux"
  addresses = {
    management   = "10.0.0.10"
    cim-internal = "10.1.0.10"
    nats-cluster = "10.2.0.10"
  }
  macs   = { management = "00:11:22:33:44:55" }
  roles  = ["master"]
  cores  = 16
  memory = "64GiB"

  gpu "0" {
    model              = "RTX 3080 Ti"
    memory             = "12GiB"
    compute_capability = "8.6"

    vgpu "nvidia-rtx3080ti" {
      uuid = "a297db4a-f4c2-11e6-90f6-d3b88d6c9525"
    }
  }

  disk "root" {
    id   = "nvme-cim-master-1-root"
    size = "1TB"
  }
  disk "jetstream" {
    id   = "nvme-cim-master-1-jetstream"
    size = "2TB"
    role = "jetstream"
  }

  deploy {
    user   = "root"
    key    = "/var/lib/cim-deployment/deploy_key"
    canary = true
  }
}

host "worker" {
  for_each = range(1, 11)

  name   = "cim-worker-${each.value}"
  system = "x86_64-linux"
  addresses = {
    management   = "10.0.0.${10 + each.value}"
    cim-internal = "10.1.0.${10 + each.value}"
    nats-cluster = "10.2.0.${10 + each.value}"
  }
  roles  = ["worker"]
  cores  = 16
  memory = "64GiB"

  gpu "0" {
    model              = "RTX 3080 Ti"
    memory             = "12GiB"
    compute_capability = "8.6"
  }

  disk "root" {
    id   = "nvme-cim-worker-${each.value}-root"
    size = "1TB"
  }
  disk "jetstream" {
    id   = "nvme-cim-worker-${each.value}-jetstream"
    size = "2TB"
    role = "jetstream"
  }

  deploy {
    user = "root"
    key  = "/var/lib/cim-deployment/deploy_key"
  }
}

host "cim-mac-studio" {
  system = "aarch64-darwin"
  addresses = {
    management   = "10.0.0.30"
    cim-internal = "10.1.0.30"
    nats-cluster = "10.2.0.30"
  }
  roles  = ["agents"]
  cores  = 24 # 16 performance, 8 efficiency
  memory = "192GiB"

  apple {
    chip         = "M3 Ultra"
    memory       = "192GiB" # one memory for processor and card
    gpu_cores    = 76
    metal_family = "Apple8"
  }

  deploy {
    engine = "darwin"
    user   = "admin"
    key    = "/var/lib/cim-deployment/deploy_key"
  }
}
