# Nerves make behaviour of gates: a few states, each change with its price in lifeforce.

nerve "collision-avoidance" {
  image    = "collision-avoidance"
  version  = "v1"
  gate     = gate.collision
  commands = cell.motor
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
}

nerve "exploration" {
  image    = "exploration"
  version  = "v1"
  gate     = gate.exploration
  commands = cell.motor
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
