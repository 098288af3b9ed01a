# What an opening means for a mind: what it is told (the schema) and what it may answer with.

event "calculation" {
  gates   = [gate.math]
  mind    = cortex.nyx
  domain  = "arithmetic"
  actions = ["answer", "defer"]
  schema  = file("schemas/calculation.json")
}

event "obstacle" {
  gates   = [gate.collision, gate.stall]
  mind    = cortex.nyx
  domain  = "motion"
  actions = ["stop", "turn-left", "turn-right", "back-off", "ignore"]
  schema  = file("schemas/obstacle.json")
}

event "curiosity" {
  gates   = [gate.exploration]
  mind    = cortex.nyx
  domain  = "motion"
  actions = ["explore", "stay"]
  schema  = file("schemas/state.json")
}

event "low-energy" {
  gates   = [gate.energy]
  mind    = cortex.nyx
  domain  = "body"
  actions = ["rest", "recharge", "continue"]
  schema  = file("schemas/state.json")
}

event "encounter" {
  gates   = [gate.presence]
  mind    = cortex.nyx
  domain  = "bond"
  actions = ["greet", "listen", "ignore"]
  schema  = file("schemas/state.json")
}

event "overload" {
  gates   = [gate.pressure]
  mind    = cortex.nyx
  domain  = "infrastructure"
  actions = ["wait", "unload-organ", "tell-partner"]
  schema  = file("schemas/state.json")
}
