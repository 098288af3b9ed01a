# A gate hears one field and speaks only when its sources agree about the same thing in the same moment.

# Something is close: fast, near to the body, on its way to becoming a reflex.
gate "collision" {
  cells      = cell.distance
  tier       = 2
  window     = "500ms"
  half_life  = "500ms"
  refractory = "200ms"
  weight     = 0.3
}

# The wheels do not turn although they should.
gate "stall" {
  cells  = cell.motor
  tier   = 2
  window = "1s"
}

# Free space, charge left, wheels willing: time to look around.
gate "exploration" {
  cells     = concat(cell.distance, cell.motor, [cell.battery])
  tier      = 3
  window    = "5s"
  half_life = "5s"
}

# Running low. Slow to say, slow to take back.
gate "energy" {
  cells     = concat([cell.battery], cell.motor)
  tier      = 3
  window    = "30s"
  half_life = "30s"
  release   = 0.2
}

# Somebody is there: seen and heard.
gate "presence" {
  cells  = [cell.camera, cell.microphone]
  tier   = 4
  window = "3s"
}

# A text that holds a calculation.
gate "math" {
  cells = [cell.text, cell.math]
  tier  = 4
}

# The machines themselves are under load.
gate "pressure" {
  cells = cell.sensor
  tier  = 3
}
