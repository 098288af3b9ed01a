# Eight traits, each an adapter on the cortex. They learn at night from what the gates verified,
# and are merged gently (alpha 0.3) once the drift probe says that nothing else moved.

locals {
  traits = {
    mnemosyne  = { domain = "memory", signal = "phoebe" }     # a recall that phoebe confirms
    moira      = { domain = "pattern", signal = "outcome" }   # a prediction that came true
    synesis    = { domain = "resources", signal = "outcome" } # an estimate that was right
    aletheia   = { domain = "truth", signal = "verified" }    # confidence as high as it should be
    sophrosyne = { domain = "balance", signal = "outcome" }   # giving way without breaking
    kairos     = { domain = "timing", signal = "outcome" }    # the right moment
    philotes   = { domain = "bond", signal = "person" }       # what dafit says
    dikaiosyne = { domain = "fairness", signal = "verified" } # resources shared justly
  }
}

trait "trait" {
  for_each = local.traits

  name   = each.key
  domain = each.value.domain
  signal = each.value.signal
  alpha  = 0.3
  path   = "/womb/cognitive/loras/${each.key}"
}
