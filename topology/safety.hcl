# Minds speak over the bus and nowhere else.
egress "minds" {
  identities = [
    identity.nyx-cognitive,
    identity.nyx-training,
    identity.nyx-organs,
    identity.nyx-nervous,
  ]
  allow = []
  log   = true
}
