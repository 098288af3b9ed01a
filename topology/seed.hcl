# The seed: a harness that routes and remembers, and one local model that does the thinking.
# Four sizes of Gemma 4 share dioscuri's first card with the other organs, one at a time.

locals {
  gemma = {
    "2b"      = { memory = "4GiB", file = "gemma-4-2b-it-Q4_K_M.gguf" }       # audio, the edge
    "4b"      = { memory = "6GiB", file = "gemma-4-4b-it-Q4_K_M.gguf" }       # when speed counts
    "26b-moe" = { memory = "18GiB", file = "gemma-4-26b-moe-Q4_K_M.gguf" }    # the usual one
    "31b"     = { memory = "19456MiB", file = "gemma-4-31b-it-Q4_K_M.gguf" }  # when it is hard
  }
}

organ "gemma" {
  for_each = local.gemma

  name      = "gemma4-${each.key}"
  host      = host.dioscuri
  identity  = identity.nyx-organs
  gpus      = [gpu.dioscuri.0]
  memory    = each.value.memory
  exclusive = true
  class     = "background"
  verbs     = ["chat"]

  backend "llama-server" {
    model   = "/womb/organs/models/${each.value.file}"
    port    = each.key == "26b-moe" ? 8645 : null # the others listen on a socket
    context = 8192
    args    = ["--threads", "8"]
  }
}

# The harness sends a task to the size it needs; it does no thinking of its own.
harness "claw" {
  primary = organ.gemma["26b-moe"]
  hard    = organ.gemma["31b"]
  quick   = organ.gemma["4b"]
  audio   = organ.gemma["2b"]
  context = 8192
}

channel "cli" {
  harness = harness.claw
  timeout = "30s"
  retry   = 3
}

# Who gets the cortex: learned, epoch by epoch, from what everybody reports.
governor "thalamus" {
  mind = cortex.nyx
}
