lab "t" {}

host "a" {
  gpu "0" { memory = "20GiB" }
}
identity "a" {
  hosts = [host.a]
  gpus  = [gpu.a.0]
}
organ "pinned" {
  identity = identity.a
  memory   = "2GiB"
  pinned   = true
}
organ "alone" { # ERROR: Exclusive organ is never alone
  identity  = identity.a
  exclusive = true
}
