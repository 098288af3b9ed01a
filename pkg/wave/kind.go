package wave

import "fmt"

// Kind is a row of the subject table: what a subject is for. The zero Kind is invalid.
type Kind uint8

// The kinds, one for each legal form of a subject. Forms lists them with their pattern and body.
const (
	_                      Kind = iota
	KindCellWave                // a cell's waves
	KindCellWaveN               // the same, spread over 256 subjects
	KindCellRequest             // a question to a cell
	KindCellResponse            // its answer, where it is published
	KindNerveState              // a nerve's state machine moved
	KindGateTransition          // a virtual gate changed its state
	KindGateCorrelation         // what a virtual gate saw in a window
	KindGateReflex              // a transition ahead of its journal record
	KindGateLean                // where a gate is leaning
	KindGateQuery               // "explain this gate", request and reply
	KindGatesQuery              // "what are all gates doing", request and reply
	KindEscalation              // an opening that asks for more than reflexes
	KindDecision                // what the governor made of it
	KindNPCState                // a non-player character's brain
	KindRejects                 // messages that broke a rule
	KindRealVerified            // virtual hands an opening over to real
	KindRealTransition          // a real gate changed its state
	KindRealFeedback            // what came of an opening
	KindOrganVerb               // a request to an organ, sender unknown
	KindOrganVerbAs             // a request to an organ by an identity
	KindOrganState              // an organ's life cycle
	KindCognitiveRequest        // a question to a mind, sender unknown
	KindCognitiveRequestAs      // a question to a mind by an identity
	KindCognitiveResponse       // a mind's answer
	KindCognitiveHeartbeat      // a mind is alive
	KindBoundaryTransform       // an opening to be made a typed question
	KindDeployCommand           // deploy, update, scale, gpu-agent
	KindAudit                   // a command was served or refused
	KindHostHeartbeat           // a host is alive
	KindRolloutEvent            // a step of a rollout
	KindAutoscale               // an autoscale rule fired
	KindProbe                   // a probe's run
	KindWork                    // an item of work
	KindJournal                 // gate core's journal, binary
	KindSnapshot                // gate core's snapshots, binary
	kindEnd
)

// String returns the kind's short name, like "gate.transition".
func (k Kind) String() string {
	if k == 0 || k >= kindEnd {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return forms[k].name
}

// Kinds returns every kind, in the order of the table.
func Kinds() []Kind {
	all := make([]Kind, 0, kindEnd-1)
	for k := Kind(1); k < kindEnd; k++ {
		all = append(all, k)
	}
	return all
}
