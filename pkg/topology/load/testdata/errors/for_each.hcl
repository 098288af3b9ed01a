lab "t" {}

host "a" { for_each = 5 }        # ERROR: Nothing to count
host "b" { for_each = host.z }   # ERROR: Nothing to count
host "c" { for_each = range(30000) } # ERROR: Too many instances
host "d" {
  for_each = ["x"]
  name     = "" # ERROR: Wrong type
}
host "z" {
  gpu "g" {
    for_each = true # ERROR: Nothing to count
  }
}
identity "i" {
  hosts = [host.a, host.b, host.c] # what is broken above is not wrong here
  gpus  = [gpu.z.g-0]
}
locals {
  big  = range(0, 1, 0)        # ERROR: Error in function call
  wide = format("%9999d", 1) # ERROR: Error in function call
  far  = file("../../load.go") # ERROR: Error in function call
}
