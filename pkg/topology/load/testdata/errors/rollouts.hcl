lab "t" {}

host "n1" { 
  deploy { canary = true }
}
host "n2" { 
  deploy { canary = true } # ERROR: Rollout cannot be ordered
}
host "n3" {}
host "w1" {}
host "w2" {}

nats "hub" { hosts = [host.n1, host.n2, host.n3] }

rollout "all" {
  order = [host.w1, host.n1] # ERROR: Rollout cannot be ordered
}
rollout "some" {
  hosts           = [host.w1, host.n3]
  order           = [host.w2] # ERROR: Rollout cannot be ordered
  max_unavailable = 1
  batch           = 2 # ERROR: Rollout cannot be ordered
}
