package cell_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/nimmerverse/nimmer/pkg/cell"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// door is a behaviour of one's own: it looks at a door.
type door struct{ open func() bool }

func (d door) Describe() string { return "says whether the door is open" }

func (d door) Sample(context.Context, time.Time) ([]wave.Wave, error) {
	w, err := cell.Say("door", 0.8, map[string]bool{"open": d.open()})
	if err == nil && !d.open() {
		w.Valence = -1 // it contradicts those who say that the door is open
	}
	return []wave.Wave{w}, err
}

// ExampleNew runs a cell of one's own on a bus that prints; *bus.Conn is a real one.
func ExampleNew() {
	bus := &printing{said: make(chan bool)}
	c, err := cell.New(cell.Config{
		Env: "dev", Name: "door", Source: "door-1", Bus: bus, Interval: time.Minute,
		Now: func() time.Time { return time.Unix(1_700_000_000, 0) },
	}, door{open: func() bool { return false }})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := c.Start(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	<-bus.said
	_ = c.Stop(context.Background())
	// Output:
	// dev.nervous.cells.door.wave
	// {"source":"door-1","confidence":0.8,"region":"door","content":{"open":false},"valence":-1,"seq":1,"time":"2023-11-14T22:13:20Z"}
}

// Version is announced beside everything it says.
func (d door) Version() string { return "v1" }

// ExampleMain is a whole program: a cell that finds environment, bus and login
// as a container is told them, and ends when it is asked to.
func ExampleMain() {
	main := func() {
		os.Exit(cell.Main(cell.Config{Name: "door"}, door{open: func() bool { return true }}))
	}
	_ = main // not called here: it runs until it is asked to stop
	// Output:
}

// printing prints the first wave; this cell neither hears nor answers.
type printing struct {
	cell.Bus
	said chan bool
}

func (p *printing) Publish(_ context.Context, m wave.Message) error {
	fmt.Printf("%s\n%s\n", m.Subject, m.Data)
	close(p.said)
	return nil
}
