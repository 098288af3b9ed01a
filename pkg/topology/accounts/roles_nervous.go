package accounts

import (
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// nervous makes the users of cells, nerves and gate core.
func (e *envCompiler) nervous() {
	for i := range e.view.Cells {
		e.cell(&e.view.Cells[i])
	}
	for i := range e.view.Nerves {
		e.nerve(&e.view.Nerves[i])
	}
	for i := range e.view.Services {
		if s := &e.view.Services[i]; s.Process == "gate" {
			e.gateCore("service."+s.Name, s.Hosts, s.Identity)
		}
	}
}

// cell speaks as itself, answers what it is asked, and says what it refused.
func (e *envCompiler) cell(cell *topology.Cell) {
	e.give(e.places(cell.Name, cell.Builtin, cell.On), role{
		account: topology.AccountVirtual, role: RoleCell, user: CellUser(e.env, cell.Name),
		block: "cell." + cell.Name, identity: cell.Identity,
		needs: func(p *place) (publish, subscribe []string) {
			publish = append(answers(false),
				p.of(wave.KindCellWave, cell.Name), p.of(wave.KindCellWaveN, cell.Name, "*"),
				p.of(wave.KindCellResponse, cell.Name), p.of(wave.KindRejects))
			subscribe = append(discovery(CellService(cell.Name)), p.of(wave.KindCellRequest, cell.Name))
			switch cell.Builtin {
			case "text", "math": // they answer what was said
				subscribe = append(subscribe, e.waves(p, e.speakers("text"))...)
			case "distance": // it measures where the motor says that it is
				subscribe = append(subscribe, e.waves(p, e.speakers("motor"))...)
			}
			return publish, subscribe
		},
	})
}

// speakers are the cells that one built-in cell speaks for.
func (e *envCompiler) speakers(builtin string) []string {
	var out []string
	for i := range e.view.Cells {
		if e.view.Cells[i].Builtin == builtin {
			out = append(out, e.view.Cells[i].Name)
		}
	}
	return out
}

// waves are the subjects of what cells say.
func (e *envCompiler) waves(p *place, cells []string) []string {
	var out []string
	for _, c := range cells {
		out = append(out, p.of(wave.KindCellWave, c), p.of(wave.KindCellWaveN, c, "*"))
	}
	return out
}

// nerve hears its gate and the cells behind it, commands the cells it was
// given, and says what came of it: for its own gate, through the service that
// leads to the real account.
func (e *envCompiler) nerve(n *topology.Nerve) {
	e.give(e.places(n.Name, n.Builtin, n.On), role{
		account: topology.AccountVirtual, role: RoleNerve, user: NerveUser(e.env, n.Name),
		block: "nerve." + n.Name, identity: n.Identity, asks: true,
		needs: func(p *place) (publish, subscribe []string) {
			publish = append(answers(false), p.of(wave.KindNerveState, n.Name), p.of(wave.KindRejects))
			subscribe = discovery(NerveService(n.Name))
			for _, cell := range n.Commands {
				publish = append(publish, p.of(wave.KindCellRequest, cell))
			}
			subscribe = append(subscribe, e.waves(p, n.Commands)...) // what comes of its commands
			if n.Gate != "" {
				publish = append(publish, p.of(wave.KindRealFeedback, n.Gate))
				subscribe = append(subscribe, p.of(wave.KindGateTransition, n.Gate), p.of(wave.KindGateReflex, n.Gate),
					p.of(wave.KindGateLean, n.Gate), p.of(wave.KindRealTransition, n.Gate))
				if g := e.view.Gate(n.Gate); g != nil {
					subscribe = append(subscribe, e.waves(p, g.Cells)...)
				}
			}
			if n.Builtin == "math" { // it checks the mind's answers
				subscribe = append(subscribe, p.of(wave.KindCognitiveRequest, "*"), p.of(wave.KindCognitiveRequestAs, "*", "*"), p.of(wave.KindCognitiveResponse, "*"))
			}
			return publish, subscribe
		},
	})
}

// gateCore has a user in each garden's account.
func (e *envCompiler) gateCore(block string, hosts []string, identity string) {
	e.give(hosts, role{
		account: topology.AccountVirtual, role: RoleGate, user: GateUser(e.env, topology.AccountVirtual),
		block: block, identity: identity, asks: true, needs: gateVirtual,
	})
	e.give(hosts, role{
		account: topology.AccountReal, role: RoleGate, user: GateUser(e.env, topology.AccountReal),
		block: block, identity: identity, asks: true,
		needs: func(p *place) (publish, subscribe []string) {
			publish = append(p.durable("REAL", DurableGate), p.of(wave.KindRealTransition, "*"),
				p.of(wave.KindCellWave, "real"), p.of(wave.KindCellWaveN, "real", "*"), p.direct("REAL"))
			return publish, nil
		},
	})
}

func gateVirtual(p *place) (publish, subscribe []string) {
	for _, k := range []wave.Kind{wave.KindGateTransition, wave.KindGateCorrelation, wave.KindGateReflex, wave.KindGateLean, wave.KindRealVerified} {
		publish = append(publish, p.of(k, "*"))
	}
	publish = append(publish, p.of(wave.KindEscalation), p.of(wave.KindRejects), p.of(wave.KindBoundaryTransform),
		p.of(wave.KindJournal, "*"), p.of(wave.KindSnapshot, "*", "*"))
	publish = append(publish, p.reader("JOURNAL", p.of(wave.KindJournal, "*"))...)
	publish = append(publish, p.reader("SNAPSHOTS", p.of(wave.KindSnapshot, "*", "*"))...)
	publish = append(publish, p.durable("HANDOVER", DurableGate)...)
	for _, s := range []string{"JOURNAL", "SNAPSHOTS", "GATES", "TRACES", "HANDOVER"} {
		publish = append(publish, p.direct(s)) // was this stored already?
	}
	publish = append(publish, p.bucket("shards")...)
	publish = append(publish, p.key("shards", ">"))
	publish = append(publish, p.bucket("config")...)
	publish = append(publish, answers(false)...)
	publish = append(publish, "$SRV.INFO."+ServiceGate) // is there another?
	subscribe = append(discovery(ServiceGate), p.of(wave.KindCellWave, "*"), p.of(wave.KindCellWaveN, "*", "*"),
		p.of(wave.KindNerveState, "*"), p.of(wave.KindGateQuery, "*"), p.of(wave.KindGatesQuery))
	return publish, subscribe
}

// boundary turns openings into typed questions; with an organ's help where one
// is declared.
func (e *envCompiler) boundary() {
	if len(e.view.Events) == 0 {
		return
	}
	var hosts []string
	block := "event." + e.view.Events[0].Name
	for i := range e.view.Services {
		if s := &e.view.Services[i]; s.Process == "gate" { // it stands beside gate core
			hosts = append(hosts, s.Hosts...)
		}
	}
	if len(e.view.Boundaries) > 0 {
		block = "boundary." + e.view.Boundaries[0].Name
	}
	e.give(hosts, role{
		account: topology.AccountVirtual, role: RoleBoundary, user: BoundaryUser(e.env), block: block, asks: true,
		needs: func(p *place) (publish, subscribe []string) {
			publish = []string{p.of(wave.KindCognitiveRequestAs, "*", "boundary"), p.of(wave.KindRejects)}
			for i := range e.view.Boundaries {
				if organ := e.view.Boundaries[i].Organ; organ != "" {
					publish = append(publish, p.of(wave.KindOrganVerbAs, organ, "*", "boundary"))
				}
			}
			return publish, []string{p.of(wave.KindBoundaryTransform), p.of(wave.KindCognitiveResponse, "*")}
		},
	})
}
