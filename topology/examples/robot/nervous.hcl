# Something is close: at least two sensors say so in the same moment. They talk about nothing else, so there is
# no accidental agreement to take off.
gate "collision" {
  cells      = cell.distance
  tier       = 2
  window     = "500ms"
  half_life  = "300ms"
  refractory = "0s"
  chance     = false
}

# Where it is and what is around it. CLOSED, the sensors contradict one another, and the robot stands still.
gate "exploration" {
  cells     = concat(cell.distance, [cell.motor])
  tier      = 2
  window    = "1s"
  half_life = "1s"
  garden    = "virtual"
}

# A reflex in five steps, each with its price in lifeforce.
nerve "collision-avoidance" {
  builtin  = "collision-avoidance"
  version  = "v1"
  gate     = gate.collision
  commands = [cell.motor]
  states   = ["idle", "detect", "evaluate", "evade", "resume"]

  transition {
    from = "idle"
    to   = "detect"
    cost = 0.5
  }
  transition {
    from = "detect"
    to   = "evaluate"
    cost = 0.5
  }
  transition {
    from = "evaluate"
    to   = "evade"
    cost = 0.5
  }
  transition {
    from = "evade"
    to   = "resume"
    cost = 1
  }
  transition {
    from = "resume"
    to   = "idle"
    cost = 0
  }
  # Something else was close, or nothing after all.
  transition {
    from = "resume"
    to   = "detect"
    cost = 0.5
  }
  transition {
    from = "detect"
    to   = "idle"
    cost = 0
  }
  transition {
    from = "evaluate"
    to   = "idle"
    cost = 0
  }
}

# From place to place, until everything within reach was seen.
nerve "exploration" {
  builtin  = "exploration"
  version  = "v1"
  gate     = gate.exploration
  commands = [cell.motor]
  states   = ["rest", "choose", "move", "look"]

  transition {
    from = "rest"
    to   = "choose"
    cost = 1
  }
  transition {
    from = "choose"
    to   = "move"
    cost = 2
  }
  transition {
    from = "move"
    to   = "look"
    cost = 1
  }
  transition {
    from = "look"
    to   = "rest"
    cost = 0
  }
}
