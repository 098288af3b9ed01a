# LoRA by GRPO, in turns with the cortex on theia's card.
training "traits" {
  identity = identity.nyx-training
  gpu      = gpu.theia.0
  memory   = "12GiB"
  base     = cortex.nyx
  traits   = trait.trait
  output   = "/womb/cognitive/loras"
  schedule = "*-*-* 02:00:00" # slumber
}
