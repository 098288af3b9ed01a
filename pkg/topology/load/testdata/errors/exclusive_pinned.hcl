lab "t" {}

host "a" {
  gpu "0" { memory = "20GiB" }
}
identity "a" {
  hosts = [host.a]
  gpus  = [gpu.a.0]
}
organ "alone" {
  identity  = identity.a
  memory    = "2GiB"
  pinned    = true
  exclusive = true
}
organ "visitor" {
  identity = identity.a
  memory   = "2GiB" # ERROR: Exclusive organ is never alone
}
