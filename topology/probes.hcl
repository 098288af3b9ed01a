# Probes ask the mind the same things again and again, and keep what it answered.

locals {
  # The six words that reach depth three.
  depth_three = [
    "Geworfenheit", # thrownness
    "Vernunft",     # reason
    "Erkenntnis",   # knowledge
    "Pflicht",      # duty
    "Aufhebung",    # sublation
    "Wille",        # will
  ]
}

# The baseline: a thousand runs of every word.
probe "variance" {
  kind  = "variance"
  mind  = cortex.nyx
  terms = local.depth_three
  runs  = 1000
}

probe "echo" {
  kind  = "echo"
  mind  = cortex.nyx
  terms = local.depth_three
  runs  = 10
}

probe "surface" {
  kind  = "surface"
  mind  = cortex.nyx
  terms = local.depth_three
  runs  = 10
}

probe "multilingual" {
  kind  = "multilingual"
  mind  = cortex.nyx
  terms = concat(local.depth_three, ["thrownness", "reason", "knowledge", "duty", "sublation", "will"])
  runs  = 10
}

# After a night of training: did anything move that should not?
probe "drift" {
  kind     = "drift"
  mind     = cortex.nyx
  terms    = local.depth_three
  runs     = 20
  schedule = "*-*-* 06:00:00"
}
