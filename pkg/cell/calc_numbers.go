package cell

import (
	"math/big"
	"slices"
	"strings"
)

// wordClass says where in a number a word may stand.
type wordClass uint8

const (
	classZero    wordClass = iota // alone
	classUnit                     // 1-9
	classTeen                     // 10-19
	classTens                     // 20-90
	classBig                      // a whole German compound under a million: alone or after a scale
	classHundred                  // times 100
	classScale                    // times 1000, a million, ...
)

type wordNumber struct {
	value int64
	class wordClass
}

var englishNumbers = map[string]wordNumber{
	"zero": {0, classZero}, "one": {1, classUnit}, "two": {2, classUnit}, "three": {3, classUnit}, "four": {4, classUnit},
	"five": {5, classUnit}, "six": {6, classUnit}, "seven": {7, classUnit}, "eight": {8, classUnit}, "nine": {9, classUnit},
	"ten": {10, classTeen}, "eleven": {11, classTeen}, "twelve": {12, classTeen}, "thirteen": {13, classTeen},
	"fourteen": {14, classTeen}, "fifteen": {15, classTeen}, "sixteen": {16, classTeen}, "seventeen": {17, classTeen},
	"eighteen": {18, classTeen}, "nineteen": {19, classTeen}, "twenty": {20, classTens}, "thirty": {30, classTens},
	"forty": {40, classTens}, "fourty": {40, classTens}, "fifty": {50, classTens}, "sixty": {60, classTens},
	"seventy": {70, classTens}, "eighty": {80, classTens}, "ninety": {90, classTens}, "hundred": {100, classHundred},
	"thousand": {1e3, classScale}, "million": {1e6, classScale}, "billion": {1e9, classScale}, "trillion": {1e12, classScale},
	"millionen": {1e6, classScale}, "milliarde": {1e9, classScale}, "milliarden": {1e9, classScale},
	"billionen": {1e12, classScale},
}

var germanUnits = map[string]int64{
	"ein": 1, "eins": 1, "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9,
}

var germanTeens = map[string]int64{
	"zehn": 10, "elf": 11, "zwölf": 12, "dreizehn": 13, "vierzehn": 14, "fünfzehn": 15, "sechzehn": 16, "siebzehn": 17,
	"achtzehn": 18, "neunzehn": 19,
}

var germanTens = map[string]int64{
	"zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80, "neunzig": 90,
}

// umlauts writes the German ways around umlauts back.
var umlauts = strings.NewReplacer("fuenf", "fünf", "zwoelf", "zwölf", "dreissig", "dreißig")

// numberWord is one word of a number; "ein" and "eine" alone are articles.
func numberWord(word string) (wordNumber, bool) {
	if w, ok := englishNumbers[word]; ok {
		return w, true
	}
	if word == "null" {
		return wordNumber{0, classZero}, true
	}
	if word == "ein" || len(word) > 80 {
		return wordNumber{}, false
	}
	word = umlauts.Replace(word)
	value, ok := germanBelowMillion(word)
	switch {
	case !ok:
		return wordNumber{}, false
	case value < 10:
		return wordNumber{value, classUnit}, true
	case value < 20:
		return wordNumber{value, classTeen}, true
	}
	return wordNumber{value, classBig}, true
}

func germanBelowMillion(word string) (int64, bool) {
	head, tail, found := strings.Cut(word, "tausend")
	if !found {
		return germanBelowThousand(word)
	}
	return germanJoin(head, tail, 1000)
}

func germanBelowThousand(word string) (int64, bool) {
	head, tail, found := strings.Cut(word, "hundert")
	if !found {
		return germanBelowHundred(word)
	}
	return germanJoin(head, tail, 100)
}

// germanJoin reads head x scale + tail, where an empty head is one.
func germanJoin(head, tail string, scale int64) (int64, bool) {
	read := germanBelowHundred
	if scale == 1000 {
		read = germanBelowThousand
	}
	h, t := int64(1), int64(0)
	ok := true
	if head != "" {
		h, ok = read(head)
	}
	if tail = strings.TrimPrefix(tail, "und"); ok && tail != "" {
		t, ok = read(tail)
	}
	return h*scale + t, ok
}

func germanBelowHundred(word string) (int64, bool) {
	for _, table := range []map[string]int64{germanUnits, germanTeens, germanTens} {
		if v, ok := table[word]; ok {
			return v, true
		}
	}
	unit, tens, found := strings.Cut(word, "und")
	u, okUnit := germanUnits[unit]
	t, okTens := germanTens[tens]
	return u + t, found && okUnit && okTens
}

// wordValue reads a number at the front of words and says how many it used
// (0: none). Groups must fall: "two thousand three hundred", not the reverse.
func wordValue(words []string) (*big.Int, int) {
	total := new(big.Int)
	var group, lastScale int64 = 0, 1 << 62
	used, last := 0, wordClass(255)
	if len(words) > 1 && oneOf(words[0], "a", "ein", "eine", "one") {
		if w, ok := numberWord(words[1]); ok && (w.class == classHundred || w.class == classScale) {
			group, last, used = 1, classUnit, 1
		}
	}
	for i := used; i < len(words); i++ {
		word := words[i]
		if (word == "and" || word == "und") && (last == classHundred || last == classScale) && i+1 < len(words) {
			if w, ok := numberWord(words[i+1]); ok && w.class <= classTens && w.class != classZero {
				continue
			}
		}
		w, ok := numberWord(word)
		if !ok || !mayFollow(last, w.class) || w.class == classScale && w.value >= lastScale {
			break
		}
		switch w.class {
		case classScale:
			if used == 0 {
				return total, 0
			}
			total.Add(total, new(big.Int).Mul(big.NewInt(group), big.NewInt(w.value)))
			group, lastScale = 0, w.value
		case classHundred:
			group *= 100
		default:
			group += w.value
		}
		used, last = i+1, w.class
	}
	return total.Add(total, big.NewInt(group)), used
}

// mayFollow says whether a word of class next may come after one of class last.
func mayFollow(last, next wordClass) bool {
	switch last {
	case 255:
		return next != classHundred
	case classZero:
		return false
	case classUnit:
		return next == classHundred || next == classScale
	case classTeen, classTens:
		return next == classHundred || next == classScale || last == classTens && next == classUnit
	case classBig:
		return next == classScale
	case classHundred:
		return next == classUnit || next == classTeen || next == classTens || next == classScale
	default:
		return next != classHundred && next != classScale && next != classZero
	}
}

func oneOf(s string, list ...string) bool {
	return slices.Contains(list, s)
}
