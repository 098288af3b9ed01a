package cell

import (
	"strings"
	"unicode"
)

// Topic is what a text is about, and how sure the rules are.
type Topic struct {
	Region     string  // arithmetic time command greeting question statement
	Confidence float64 // 0.6..0.8, under 0.9 so that a text alone is never a reflex
	Reason     string  // the rule that decided, for people
}

// Classify says what a text is about. The rules are few and looked at in this
// order; the first that holds decides:
//
//	arithmetic 0.8   two numbers (digits or words) and an operator between them
//	arithmetic 0.7   a number and a word such as "root", "percent", "Wurzel"
//	time       0.75  a question or order about clock, date or weekday
//	greeting   0.75  at most four words, one of the first two is a greeting
//	command    0.7   begins with a verb of command (after "please", "bitte", a name and comma)
//	question   0.7   begins with a question word; 0.65 when it only ends with "?"
//	statement  0.6   everything else that has a letter
//
// A text without letters or digits is about nothing: the second value is false.
func Classify(text string) (Topic, bool) {
	if len(text) > calcMaxText {
		text = text[:calcMaxText]
	}
	words := plainWords(text)
	if len(words) == 0 {
		return Topic{}, false
	}
	for _, rule := range []func(string, []string) (Topic, bool){aboutArithmetic, aboutTime, aboutGreeting, aboutCommand, aboutQuestion} {
		if t, ok := rule(text, words); ok {
			return t, true
		}
	}
	return Topic{"statement", 0.6, "no other rule holds"}, true
}

// plainWords are the runs of letters and digits, in lower case.
func plainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
	})
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

var (
	operatorWords = set("plus minus times multiplied divided mal geteilt durch hoch modulo mod power")
	functionWords = set("root sqrt squared cubed percent prozent wurzel quadratwurzel quadrat hälfte half twice sum difference product summe differenz produkt")
	timeWords     = set("time clock date today o'clock weekday month year uhr uhrzeit datum heute spät wochentag")
	greetingWords = set("hello hi hey greetings moin hallo servus welcome thanks thank bye goodbye tschüss danke")
	dayWords      = set("morning evening afternoon day night morgen abend tag nacht")
	commandWords  = set("open close start stop turn switch set show list run go move bring load unload deploy restart wake sleep look listen say tell give play shut lock unlock öffne schließe starte stoppe schalte zeige spiele lade sage fahre mach mache")
	questionWords = set("what why how when where who whom whose which is are am do does did can could will would should may was wer wie wo wann warum wieso weshalb welche welcher welches ist sind kann können hat haben what's who's how's where's")
	politeWords   = set("please bitte now then jetzt ok okay")
)

// aboutArithmetic counts numbers and operators by itself: it does not ask the
// calculator, so that the two are separate witnesses.
func aboutArithmetic(text string, words []string) (Topic, bool) {
	numbers, operators, functions := 0, 0, 0
	for _, w := range words {
		switch {
		case isNumberish(w):
			numbers++
		case operatorWords[w]:
			operators++
		case functionWords[w]:
			functions++
		}
	}
	operators += strings.Count(text, "+") + strings.Count(text, "*") + strings.Count(text, "×") +
		strings.Count(text, "÷") + strings.Count(text, "^") + spacedSigns(text)
	switch {
	case numbers >= 2 && operators >= 1:
		return Topic{"arithmetic", 0.8, "two numbers and an operator"}, true
	case numbers >= 1 && functions >= 1 || strings.ContainsAny(text, "√²³") && numbers >= 1:
		return Topic{"arithmetic", 0.7, "a number and a function of it"}, true
	}
	return Topic{}, false
}

func isNumberish(w string) bool {
	if w[0] >= '0' && w[0] <= '9' {
		return true
	}
	_, ok := numberWord(w)
	return ok
}

// spacedSigns counts - and / that stand between spaces or alone between digits
// in a text that is nothing but a calculation.
func spacedSigns(text string) int {
	n := strings.Count(text, " - ") + strings.Count(text, " / ")
	if n == 0 && strings.Trim(text, "0123456789.,()-/ =?\t\r\n") == "" && strings.Count(text, "-") < 2 {
		n = strings.Count(text, "-") + strings.Count(text, "/")
	}
	return n
}

func aboutTime(text string, words []string) (Topic, bool) {
	for _, w := range words {
		if timeWords[w] && (questionWords[words[0]] || commandWords[words[0]] || strings.HasSuffix(strings.TrimSpace(text), "?")) {
			return Topic{"time", 0.75, `asks with the word "` + w + `"`}, true
		}
	}
	return Topic{}, false
}

func aboutGreeting(_ string, words []string) (Topic, bool) {
	if len(words) > 4 {
		return Topic{}, false
	}
	good := (words[0] == "good" || words[0] == "guten" || words[0] == "gute") && len(words) > 1 && dayWords[words[1]]
	if good || greetingWords[words[0]] || len(words) > 1 && greetingWords[words[1]] {
		return Topic{"greeting", 0.75, "a short text with a greeting"}, true
	}
	return Topic{}, false
}

func aboutCommand(text string, words []string) (Topic, bool) {
	if name, _, found := strings.Cut(text, ","); found && len(plainWords(name)) == 1 && len(words) > 1 {
		words = words[1:] // "nyx, open the door"
	}
	for len(words) > 1 && politeWords[words[0]] {
		words = words[1:]
	}
	if commandWords[words[0]] && !strings.HasSuffix(strings.TrimSpace(text), "?") {
		return Topic{"command", 0.7, `begins with "` + words[0] + `"`}, true
	}
	return Topic{}, false
}

func aboutQuestion(text string, words []string) (Topic, bool) {
	if questionWords[words[0]] {
		return Topic{"question", 0.7, `begins with "` + words[0] + `"`}, true
	}
	if strings.HasSuffix(strings.TrimSpace(text), "?") {
		return Topic{"question", 0.65, "ends with a question mark"}, true
	}
	return Topic{}, false
}
