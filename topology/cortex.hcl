# The one expensive mind. Asked when language, reasoning or deep knowledge is needed, never every tick.
cortex "nyx" {
  host     = host.theia
  identity = identity.nyx-cognitive

  backend "vllm" {
    model                  = "/womb/cognitive/models/qwen3.5-27b"
    served_as              = "nyx"
    port                   = 31000
    max_model_len          = 32768
    gpu_memory_utilization = 0.85 # the rest is for adapters that learn beside it
    dtype                  = "bfloat16"
  }

  queue {
    depth = 64
    wait  = "60s"
  }
}
