package cell

import "testing"

func TestClassify(t *testing.T) {
	tests := []struct {
		text, region string
		confidence   float64
	}{
		{"what is 15 + 27", "arithmetic", 0.8},
		{"fünfzehn mal drei", "arithmetic", 0.8},
		{"12/4", "arithmetic", 0.8},
		{"square root of 16", "arithmetic", 0.7},
		{"15% of 200, in percent", "arithmetic", 0.7},
		{"what time is it?", "time", 0.75},
		{"wie spät ist es", "time", 0.75},
		{"we had a good time", "statement", 0.6},
		{"hello nyx", "greeting", 0.75},
		{"Good morning everyone", "greeting", 0.75},
		{"open the door", "command", 0.7},
		{"nyx, please open the door", "command", 0.7},
		{"bitte öffne die Tür", "command", 0.7},
		{"why is the sky blue", "question", 0.7},
		{"the sky is blue?", "question", 0.65},
		{"the sky is blue", "statement", 0.6},
		{"the meeting is on 2024-05-12", "statement", 0.6},
	}
	for _, tt := range tests {
		got, ok := Classify(tt.text)
		if !ok || got.Region != tt.region || got.Confidence != tt.confidence || got.Reason == "" {
			t.Errorf("%q: %v %+v, want %s %v", tt.text, ok, got, tt.region, tt.confidence)
		}
	}
	for _, text := range []string{"", "  ", "?!", "\x00\xff"} {
		if got, ok := Classify(text); ok {
			t.Errorf("%q: %+v, want nothing", text, got)
		}
	}
}

func FuzzClassify(f *testing.F) {
	f.Add("what is 15 + 27")
	f.Add("nyx, , please")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := Classify(text)
		if ok && (got.Confidence < 0.6 || got.Confidence > 0.8 || got.Region == "") {
			t.Fatalf("%q: %+v", text, got)
		}
	})
}
