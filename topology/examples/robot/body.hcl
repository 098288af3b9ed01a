# The motor is the robot's body: it moves, and tells twenty times a second where it is.
cell "motor" {
  builtin = "motor"
  version = "v1"
  env     = { ROOM = local.room }
  cost    = 0.002
}

# Three sensors look ahead, and thirty degrees to each side.
cell "distance" {
  for_each = ["front", "left", "right"]

  name    = "distance-${each.value}"
  builtin = "distance"
  version = "v1"
  env = {
    DIRECTION = each.value
    ROOM      = local.room
  }
  cost = 0.001
}
