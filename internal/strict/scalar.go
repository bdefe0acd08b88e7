package strict

import (
	"fmt"
	"math"
	"math/bits"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// setScalar decodes a scalar into a field, or says what is wrong with it.
func setScalar(f field, t *tree) (problem string) {
	v := f.value
	wrong := "have " + t.String() + ", want " + wanted(f)
	switch {
	case t.kind != scalar:
		if v.Kind() == reflect.String && !t.at.inFile() {
			return wrong + "; quote the value for YAML as well as for the shell"
		}
		return wrong
	case v.Kind() == reflect.String && !t.at.inFile():
		// The shell has eaten any quotes: take the text as it is.
	case t.tag == "!!null":
		return wrong + nullHint(t)
	case v.Kind() == reflect.String && t.tag != "!!str" && v.Type() != wordType:
		return wrong + "; quote it: " + strconv.Quote(t.text)
	}
	ok := false
	switch v.Kind() {
	case reflect.String:
		if len(f.enum) > 0 && !slices.Contains(f.enum, t.text) {
			return notOneOf(t.text, f.enum)
		}
		v.SetString(t.text)
		return ""
	case reflect.Bool:
		if ok = t.tag == "!!bool"; ok {
			v.SetBool(strings.EqualFold(t.text, "true"))
		}
	case reflect.Float32, reflect.Float64:
		var x float64
		if x, ok = float(t); ok {
			if ok = !v.OverflowFloat(x); ok {
				v.SetFloat(x)
			}
		}
	default:
		ok = setInt(v, t)
	}
	switch {
	case ok:
		return ""
	case t.tag == "!!str" && looksRight(f, t.text):
		return wrong + "; remove the quotes"
	case tooLarge(t):
		return wrong + "; this is too large"
	case leadingZero(t):
		return wrong + "; a leading zero means octal in some YAML, write it without"
	}
	return wrong
}

// setInt takes what YAML calls an integer, and 1e5.
func setInt(v reflect.Value, t *tree) bool {
	x, sign, ok := whole(t)
	if !ok {
		return false
	}
	if v.CanUint() {
		ok = !(sign < 0 && x > 0) && !v.OverflowUint(x)
		if ok {
			v.SetUint(x)
		}
		return ok
	}
	const half = uint64(1) << 63
	if x > half || x == half && sign > 0 {
		return false
	}
	if signed := int64(x) * sign; !v.OverflowInt(signed) {
		v.SetInt(signed)
		return true
	}
	return false
}

// whole reads a whole number as magnitude and sign.
func whole(t *tree) (x uint64, sign int64, ok bool) {
	if t.tag != "!!int" && t.tag != "!!float" || leadingZero(t) {
		return 0, 0, false
	}
	sign = 1
	if strings.HasPrefix(t.text, "-") {
		sign = -1
	}
	x, err := strconv.ParseUint(strings.TrimLeft(t.text, "+-"), 0, 64)
	if err == nil {
		return x, sign, true
	}
	f, err := strconv.ParseFloat(t.text, 64)
	f = math.Abs(f)
	return uint64(f), sign, err == nil && f == math.Trunc(f) && f <= 1<<53
}

// float takes any finite number.
func float(t *tree) (float64, bool) {
	if x, sign, ok := whole(t); ok {
		return float64(sign) * float64(x), true
	}
	if t.tag != "!!int" && t.tag != "!!float" || leadingZero(t) {
		return 0, false
	}
	f, err := strconv.ParseFloat(t.text, 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

var zeroDigit = regexp.MustCompile(`^[-+]?0[0-9_]`)

func leadingZero(t *tree) bool {
	return (t.tag == "!!int" || t.tag == "!!float") && zeroDigit.MatchString(t.text)
}

// tooLarge tells whether no integer type has room for the number.
func tooLarge(t *tree) bool {
	x, err := strconv.ParseFloat(t.text, 64)
	return t.tag != "!!str" && err == nil && math.Abs(x) >= 1<<63 && !math.IsInf(x, 0)
}

// looksRight tells whether the text would do if it were not a string.
func looksRight(f field, text string) bool {
	t, _ := parse([]byte(text), Place{Source: "text", rank: 1}, "")
	return t != nil && t.tag != "!!str" &&
		setScalar(field{value: reflect.New(f.value.Type()).Elem()}, t) == ""
}

// wanted says which values a field takes.
func wanted(f field) string {
	v := f.value
	switch v.Kind() {
	case reflect.Pointer:
		return wanted(field{value: pointee(v), enum: f.enum})
	case reflect.Struct:
		return "a section with the keys " + list(keysOf(fieldsOf(v)))
	case reflect.Map:
		return "a mapping"
	case reflect.Slice:
		return "a list"
	case reflect.String:
		switch {
		case len(f.enum) > 0:
			return oneOf(f.enum)
		case v.Type() == wordType:
			return "a word or a number"
		}
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a finite number"
	}
	n := v.Type().Bits()
	switch {
	case v.CanUint() && n == bits.UintSize || v.CanUint() && n == 64:
		return "a whole number of at least 0"
	case v.CanUint():
		return fmt.Sprintf("a whole number from 0 to %d", uint64(1)<<n-1)
	case n < 64:
		return fmt.Sprintf("a whole number from %d to %d", -(int64(1) << (n - 1)), int64(1)<<(n-1)-1)
	}
	return "a whole number"
}

func oneOf(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return "one of " + list(names)
}

func notOneOf(have string, names []string) string {
	if n := Nearest(have, names); n != "" {
		return fmt.Sprintf("have %s; did you mean %s?", quoted(have), n)
	}
	return fmt.Sprintf("have %s, want %s", quoted(have), oneOf(names))
}

func nullHint(t *tree) string {
	if t.kind == scalar && t.tag == "!!null" && t.at.inFile() {
		return "; to keep the default, leave the key out"
	}
	return ""
}
