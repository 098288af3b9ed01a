# A lab on one machine. Run it with "nimmer up .", look it over with
# "nimmer topology check .", and see what it means with "nimmer topology show .".
#
# What this folder leaves out is filled in: the environment "dev", this machine
# as the only host, a message bus, the processes that run cells and gates, and
# a mind to ask: one that answers on this machine, else a simulated one.

lab "home" {}

# A cell is a field of waves: it says what it perceives, and how sure it is.
# These feel the machine. for_each makes one cell of each word; name is what the
# rest of the lab calls it, as in cell.cpu.
cell "sensor" {
  for_each = ["cpu", "memory", "disk", "network", "load", "process"]
  name     = each.value
  builtin  = each.value
}

# These two read text. "text" says what it is about, "math" calculates.
cell "text" { builtin = "text" }
cell "math" { builtin = "math" }

# A gate listens to cells and opens when different ones agree about the same
# thing within a moment. One cell alone never opens it. cell.sensor is all of
# the sensors above.
gate "pressure" { cells = cell.sensor }

# The tier says who hears of an opening while the gate is still young: 0 is a
# reflex, 2 a nerve, 4 a mind.
gate "math" {
  cells = [cell.text, cell.math]
  tier  = 4
}

# Try it, while "nimmer up" runs:
#
#   echo "what is 15 + 27" | nimmer wave send --cell text -
#   nimmer gate show math
#
# Then change something: a threshold (gate "pressure" { open = 0.5 ... }), a cell
# of your own (cell "door" {}, and send waves for it), another host.
