# Organs on dioscuri: loaded when asked for, kept warm a while, gone when idle.
# Each card holds one model at a time; speech keeps the second card, because it answers.

organ "vision" {
  host      = host.dioscuri
  identity  = identity.nyx-organs
  gpus      = [gpu.dioscuri.0]
  memory    = "12GiB"
  idle      = "5m"
  exclusive = true
  verbs     = ["detect"]

  backend "ollama" { model = "siglip-yolo" }
}

# Pictures become vectors without passing through words.
organ "vision-vectors" {
  host      = host.dioscuri
  identity  = identity.nyx-organs
  gpus      = [gpu.dioscuri.0]
  memory    = "8GiB"
  idle      = "5m"
  exclusive = true
  class     = "background"
  verbs     = ["embed"]

  backend "exec" {
    model   = "/womb/organs/models/t5gemma-2"
    command = ["t5gemma-serve", "--encoder", "siglip"]
  }
}

organ "speech-to-text" {
  host      = host.dioscuri
  identity  = identity.nyx-organs
  gpus      = [gpu.dioscuri.0]
  memory    = "6GiB"
  idle      = "5m"
  exclusive = true
  verbs     = ["transcribe"]

  backend "exec" {
    model   = "/womb/organs/models/faster-whisper-large-v3"
    command = ["faster-whisper-server"]
  }
}

# The voice: always warm.
organ "text-to-speech" {
  host     = host.dioscuri
  identity = identity.nyx-organs
  gpus     = [gpu.dioscuri.1]
  memory   = "6GiB"
  pinned   = true
  verbs    = ["speak"]

  backend "exec" {
    model   = "/womb/organs/models/xtts-v2"
    command = ["xtts-api-server"]
  }
}

# The structured boundary: numbers and states in, schema-valid JSON out. A small model, no card.
organ "function-gemma" {
  host     = host.theia
  identity = identity.nyx-training
  device   = "cpu"
  memory   = "2GiB"
  pinned   = true
  verbs    = ["transform"]

  backend "boundary" {
    model   = "/womb/cognitive/models/functiongemma-270m"
    context = 8192
  }
}

boundary "function-gemma" {
  organ = organ.function-gemma
}
