lab "t" { environments = ["dev", "prod"] }
host "h" {}
host "l" {}
nats "hub" { hosts = [host.h] }
leaf "l" {
  host         = host.l
  environments = ["dev"]
}

stream "moves" { subjects = ["*.robots.*.move"] }
stream "moves-too" {
  subjects = [
    "*.robots.arm.move", # ERROR: Subject kept already
    "*.robots.arm.grip",
  ]
}
stream "other-environment" {
  subjects     = ["*.only.dev.x"]
  environments = ["dev"]
}
stream "other-environment-too" {
  subjects     = ["*.only.dev.x"]
  environments = ["prod"]
}
stream "gates" {                                   # ERROR: Name taken
  subjects = ["*.nervous.gates.math.transition"]   # ERROR: Subject kept already
}
stream "asks" { subjects = ["*.nervous.cells.math.request"] }   # ERROR: Subject of requests
stream "verbs" { subjects = ["*.organs.vision.detect"] }        # ERROR: Subject of requests
stream "wide" { subjects = ["*.nervous.>"] }                    # ERROR: Subject kept already
stream "waves" { subjects = ["*.nervous.cells.*.wave"] }
stream "account" { subjects = ["*.infra.hosts.*.heartbeat"] }   # ERROR: Subject of another account
stream "beats" {
  subjects = ["*.infra.hosts.*.heartbeat"]
  account  = "infra"
}
stream "wild" { subjects = ["*.>"] }                            # ERROR: Not a stream subject
stream "prod" { subjects = ["prod.robots.x"] }                  # ERROR: Not a stream subject
stream "empty" { subjects = ["*.robots..x"] }                   # ERROR: Not a stream subject
stream "leafy" {
  subjects     = ["*.here.x"]
  at           = leaf.l # ERROR: Leaf outside the environment
  environments = ["prod"]
  replicas     = 3      # ERROR: More replicas than hosts
}
