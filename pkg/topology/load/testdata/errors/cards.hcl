lab "t" {
  minimum_card {
    memory             = "12GiB"
    compute_capability = "8.6"
  }
}

host "a" {
  memory = "64GiB"
  cores  = 16
  gpu "0" {
    memory             = "20GiB"
    compute_capability = "8.9"
  }
  gpu "old" {
    memory             = "8GiB" # WARNING: Card below the lab's minimum
    compute_capability = "7.5"  # WARNING: Card below the lab's minimum
  }
  gpu "odd" {
    memory             = "16GiB"
    reserved           = "16GiB" # ERROR: Nothing left of the card
    compute_capability = "nine"  # ERROR: Not a compute capability
  }
  gpu "given" {
    memory = "24GiB"
    to     = host.guest
  }
  gpu "lost" {
    memory = "24GiB"
    to     = host.b # ERROR: Not a guest; ERROR: Card given twice
    vgpu "v" { to = host.guest }
  }
}
host "b" {}
host "guest" {
  parent = host.a
  memory = "48GiB"
  cores  = 32 # ERROR: Guests do not fit
}
host "guest2" {
  parent = host.a # ERROR: Guests do not fit
  memory = "32GiB"
}

identity "i" {
  hosts = [host.a]
  gpus = [
    gpu.a.0,
    gpu.guest.given, # ERROR: Card of another host
    gpu.a.given,     # ERROR: Card given away
  ]
}
identity "part" {
  hosts = [host.a]
  card {
    gpu    = gpu.a.0
    share  = "limited"
    memory = "30GiB" # ERROR: Share larger than the card
  }
}
identity "some" {
  hosts = [host.a]
  card {
    gpu   = gpu.a.0
    share = "limited" # ERROR: Limit missing
  }
}
