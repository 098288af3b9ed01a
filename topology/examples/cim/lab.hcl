# The production network of a Composable Information Machine: one master, ten workers,
# one Mac Studio, three networks, and a cluster that others run in the cloud.

lab "cim" {
  domain       = "cim.internal"
  environments = ["prod"]

  # A leaf node wants at least this card (an RTX 3080 Ti); a smaller one is a warning.
  minimum_card {
    memory             = "12GiB"
    compute_capability = "8.6"
  }

  # cim.deployment.{deploy,update,scale,gpu-agent} and cim.work arrive in this environment.
  cim_environment = "prod"
}

environment "prod" { colour = "blue" }
