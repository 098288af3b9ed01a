# The lab that the tests of the fences evaluate and start: users, cards, paths and the way out. It has no FreeIPA.

lab "fences" {
  domain = "internal"
}

network "lan" {
  subnet = "192.168.1.0/24"
  dns    = ["192.168.1.2", "10.9.9.9"]
}

host "box" {
  addresses = { lan = "192.168.1.1" }
  macs      = { lan = "02:00:00:00:01:01" }

  gpu "0" {
    model              = "RTX 4000 Ada"
    memory             = "20GiB"
    compute_capability = "8.9"
    uuid               = "GPU-5c1d2a5e-5a0e-4d5e-9f0a-2b7c3d4e5f60"
  }
  gpu "1" {
    model              = "RTX 4000 Ada"
    memory             = "20GiB"
    compute_capability = "8.9"
    pci                = "0000:61:00.0"
  }
}

# The bus is somebody else's: nothing of it runs here.
nats "elsewhere" { urls = ["nats://192.168.1.2:4222"] }

# It gives its first card away, whole.
host "hypervisor" {
  addresses = { lan = "192.168.1.3" }

  gpu "0" {
    model              = "RTX 4000 Ada"
    compute_capability = "8.9"
    pci                = "0000:41:00.0"
    to                 = host.guest
  }
  gpu "1" {
    model              = "Tesla P40"
    compute_capability = "6.1"
    pci                = "0000:42:00.0"
  }
}

host "guest" {
  addresses = { lan = "192.168.1.4" }
  parent    = host.hypervisor
}

# A number is declared.
identity "alpha" {
  hosts  = [host.box]
  uid    = 2001
  linger = true
  gpus   = [gpu.box.1]

  limits {
    memory     = "512MiB"
    cpu_weight = 300
    tasks      = 200
  }
  ipa {
    groups = ["womb-shared"]
    hbac   = ["shell"]
    sudo   = ["ops"]
  }
}

# The machine gives the number.
identity "beta" {
  hosts  = [host.box]
  linger = true

  card {
    gpu    = gpu.box.0
    share  = "limited"
    memory = "4GiB"
  }
  limits {
    memory = "256MiB"
    tasks  = 100
  }
  ipa { groups = ["womb-shared", "womb-read"] }
}

identity "gamma" {
  hosts = [host.guest]
  gpus  = [gpu.guest.0]
}

# A person, known where a rule names it together with somebody who lives there.
identity "dana" {
  ipa {
    groups = ["people"]
    hbac   = ["shell"]
    sudo   = ["ops"]
  }
}

womb "shared" {
  identity = identity.alpha
  path     = "/womb/shared"
  target   = "/data/womb/shared"
  mode     = "0770"
}

womb "read" {
  identity = identity.beta
  path     = "/womb/read"
}

egress "closed" {
  identities = [identity.alpha, identity.beta]
  allow      = ["203.0.113.8:443", "2001:db8::/32", "[2001:db8:1::1]:8443", "guest:22", "198.51.100.0/24"]
  log        = true
}
