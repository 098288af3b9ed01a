package wave

// Every body checks itself by the rules of its tags; those with rules between fields are below. The error is
// a *Rule. A body that came from Decode is valid already.

// Validate checks the body by its rules.
func (m CellRequest) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m NerveState) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m NPCState) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m DeployNode) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m UpdateNode) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m ScaleService) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m DeployGPUAgent) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m CommandReply) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m Escalation) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m Decision) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m Verified) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m Lean) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m Reject) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m OrganState) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m HostBeat) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m RolloutEvent) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m RuleFired) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m Audit) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m ProbeRun) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m WorkItem) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m Transform) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m CognitiveRequest) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m Heartbeat) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m GateQuery) Validate() error { return checkBody(m) }

// Validate checks the body by its rules.
func (m GatesReport) Validate() error { return checkBody(m) }

// Validate checks the body by its rules: a transition changes the state, and its id is derived.
func (m Transition) Validate() error {
	if err := checkBody(m); err != nil {
		return err
	}
	if m.From == m.To {
		return broken("to", "it is the same state as from")
	}
	if want := TransitionID(m.Gate, m.Garden, m.Seq); m.ID != want {
		return broken("id", "it must be "+want+", made of gate, garden and seq")
	}
	return nil
}

// Validate checks the body by its rules: the matrix has a row for every signal, and the window an order.
func (m Correlation) Validate() error {
	if err := checkBody(m); err != nil {
		return err
	}
	if m.Window.End.Before(m.Window.Start) {
		return broken("window.end", "it is before the start")
	}
	if m.Matrix != nil && len(m.Matrix) != len(m.Signals) {
		return broken("matrix", "it must have a row for each signal")
	}
	for i, row := range m.Matrix {
		if len(row) != len(m.Signals) {
			return broken("matrix["+itoa(i)+"]", "it must have a number for each signal")
		}
	}
	return nil
}

// Validate checks the body by its rules: partial needs a discrepancy.
func (m Outcome) Validate() error {
	if err := checkBody(m); err != nil {
		return err
	}
	if m.Outcome == Partial && m.Discrepancy == nil {
		return broken("discrepancy", "it is required for a partial outcome")
	}
	return nil
}

// Validate checks the body by its rules: a result or an error, not both.
func (m CellResponse) Validate() error {
	if err := checkBody(m); err != nil {
		return err
	}
	if (m.Error != "") == (len(m.Result) > 0) {
		return broken("error", "an answer has either a result or an error")
	}
	return nil
}

// Validate checks the body by its rules: a result or an error, not both.
func (m CognitiveResponse) Validate() error {
	if err := checkBody(m); err != nil {
		return err
	}
	if m.Error != "" && len(m.Result) > 0 {
		return broken("error", "an answer has either a result or an error")
	}
	return nil
}

// Validate checks the body by its rules, those of the transitions it shows included.
func (m GateReport) Validate() error {
	if err := checkBody(m); err != nil {
		return err
	}
	for i, t := range m.Transitions {
		if err := t.Validate(); err != nil {
			return broken("transitions["+itoa(i)+"]", err.Error())
		}
	}
	return nil
}
