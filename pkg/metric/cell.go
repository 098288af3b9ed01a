package metric

const cells owner = "nimmer-cell"

// What cells and nerves tell. source is the instance, NAME-HOST.
var (
	CellWaves    = cells.counter("nimmer_cell_waves_total", "Waves that the cell said.", "environment", "cell", "source")
	CellLost     = cells.counter("nimmer_cell_lost_frames_total", "Frames of waves that the bus did not take.", "environment", "cell", "source")
	CellFailures = cells.counter("nimmer_cell_sample_failures_total", "Samples that failed.", "environment", "cell", "source")
	CellRejects  = cells.counter("nimmer_cell_rejects_total", "Messages to the cell that broke a rule.", "environment", "cell", "source")
	CellAnswers  = cells.counter("nimmer_cell_answers_total", "Requests that the cell answered, by result: done, failed.", "environment", "cell", "source", "result")

	CellInfo      = cells.gauge("nimmer_cell_info", "1; the version of the cell.", "environment", "cell", "source", "version")
	CellLifeforce = cells.counter("nimmer_cell_lifeforce_total", "Lifeforce that the cell's waves and answers took.", "environment", "cell", "source")

	NerveInfo      = cells.gauge("nimmer_nerve_info", "1; the version of the nerve.", "environment", "nerve", "version")
	NerveLifeforce = cells.counter("nimmer_nerve_lifeforce_total", "Lifeforce that the nerve's changes of state took.", "environment", "nerve")

	NerveState       = cells.gauge("nimmer_nerve_state", "1 for the state the nerve is in, 0 for its other states.", "environment", "nerve", "state")
	NerveTransitions = cells.counter("nimmer_nerve_transitions_total", "Changes of the nerve's state, by the new state.", "environment", "nerve", "to")
)
