# Cells read one thing and say how sure they are of it.

# Two that together recognise a calculation.
cell "text" {
  builtin = "text"
  on      = kubernetes.saturn
}

cell "math" {
  builtin = "math"
  on      = kubernetes.saturn
  cost    = 0.1
}

# The body: its battery, three distance sensors, two motors, an eye and an ear.
cell "battery" {
  image   = "battery-cell"
  version = "v1"
  cost    = 0.05
}

cell "distance" {
  for_each = ["front", "left", "right"]

  name    = "distance-${each.value}"
  image   = "distance-cell"
  version = "v1"
  env     = { DIRECTION = each.value }
  cost    = 0.05
}

cell "motor" {
  for_each = ["left", "right"]

  name    = "motor-${each.value}"
  image   = "motor-cell"
  version = "v1"
  env     = { SIDE = each.value }
  cost    = 0.2
}

cell "camera" {
  image   = "camera-cell"
  version = "v1"
  cost    = 0.3
}

cell "microphone" {
  image   = "microphone-cell"
  version = "v1"
  cost    = 0.2
}

# The machines feel themselves.
cell "sensor" {
  for_each = ["cpu", "memory", "disk", "network", "load", "process", "temperature"]

  name    = each.value
  builtin = each.value
  on      = [host.theia, host.dioscuri]
}
